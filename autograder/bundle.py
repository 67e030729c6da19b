"""Packing the zip that learners get: all they need and nothing else."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from autograder.course import Course, CourseError

__all__ = ["bundle", "bundled_files"]

README = "learner-README.md"
DATA = ("*.h5", "README.md", "*.png")
# One date for all files, so that the same content gives the same bytes.
DATE = (2020, 1, 1, 0, 0, 0)


def bundled_files(course: Course) -> Iterator[tuple[Path, str]]:
    """List what goes into the bundle.

    Parameters
    ----------
    course : Course
        The course.

    Yields
    ------
    tuple of Path and str
        A file and its name within the zip.

    Raises
    ------
    CourseError
        If an assignment has not been generated.
    """
    root = course.root
    for assignment in course.assignments():
        folder = root / "release" / assignment
        for notebook in course.notebooks(assignment):
            for name in (f"{notebook}.ipynb", f"{notebook}.cases.json"):
                if not (folder / name).is_file():
                    raise CourseError(
                        f"release/{assignment}/{name} is missing: run "
                        f"`make release ASSIGNMENT={assignment}`"
                    )
                yield folder / name, f"assignments/{assignment}/{name}"
    for pattern in ("*.ipynb", "*.cases.json", "*.md"):
        for path in sorted((root / "notebooks").glob(pattern)):
            yield path, f"notebooks/{path.name}"
    for path in sorted((root / "helpers").rglob("*")):
        if path.suffix in (".py", ".toml") and "__pycache__" not in path.parts:
            yield path, str(path.relative_to(root))
    for pattern in DATA:
        for path in sorted((root / "data").glob(pattern)):
            yield path, f"data/{path.name}"
    yield root / "requirements.txt", "requirements.txt"
    yield root / "pyproject.toml", "pyproject.toml"
    yield root / "LICENSE", "LICENSE"
    yield root / "LICENSE-CONTENT", "LICENSE-CONTENT"
    yield root / "docs" / README, "README.md"


def bundle(course: Course, target: Path) -> int:
    """Write the zip that learners get.

    Parameters
    ----------
    course : Course
        The course.
    target : Path
        Where to write it.

    Returns
    -------
    int
        Number of files in it.

    Raises
    ------
    CourseError
        If something that belongs in it is missing.
    """
    files = list(bundled_files(course))
    for path, name in files:
        if not path.is_file():
            raise CourseError(f"{name} belongs in the bundle, but {path} is missing")
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, name in files:
            info = zipfile.ZipInfo(f"neural-networks/{name}", DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, path.read_bytes())
    return len(files)
