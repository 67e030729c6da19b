"""A small working course to begin with: one assignment, settings, rules, CI."""

import json
import shutil
from importlib.resources import as_file, files
from pathlib import Path
from string import Template

from autograder.delivery.wheel import wheel_name
from autograder.errors import CourseError

# Files whose names in a package would mislead programs that look for them.
PLACES = {"ci.yml.in": ".github/workflows/ci.yml", "gitignore.in": ".gitignore"}


def make_course(folder: Path) -> list[Path]:
    """Make a course.

    The name of `folder` becomes the course's. Returns the files that were written.

    Raises
    ------
    CourseError
        If the folder holds something.
    """
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CourseError(f"{folder} holds something already: name a new folder")
    words = {
        "course": folder.name,
        "course_as_code": json.dumps(folder.name, ensure_ascii=False),
        "wheel": wheel_name(),
    }
    written = []
    with as_file(files("autograder.delivery").joinpath("course_template")) as templates:
        for path in sorted(templates.rglob("*")):
            if not path.is_file() or "__pycache__" in path.parts:
                continue
            name = path.relative_to(templates).as_posix()
            place = folder / PLACES.get(name, name.removesuffix(".in"))
            place.parent.mkdir(parents=True, exist_ok=True)
            if name.endswith(".in"):
                text = Template(path.read_text(encoding="utf-8")).substitute(words)
                place.write_text(text, encoding="utf-8")
            else:
                shutil.copyfile(path, place)
            written.append(place)
    return written
