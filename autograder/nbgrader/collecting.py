"""Submissions in: the archives that Moodle and Canvas hand to instructors.

Two plugins for ``nbgrader zip_collect``, set in ``nbgrader_config.py``. nbgrader's
own extraction leaves out members that point outside, but reads each member
whole into memory, sets the permissions that the archive asks for, and ends at
the first damaged archive; its collection ends at the first file that is there twice.
"""

import os
import re
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from nbgrader.api import Gradebook
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from traitlets import Integer, List, Unicode

__all__ = ["CANVAS", "MOODLE", "BoundedExtractor", "LmsCollector"]

# `Name Surname_12345_assignsubmission_file_numpy_basics.ipynb`, or a folder
# `Name Surname_12345_assignsubmission_file_` (older: `..._assignsubmission_file`).
# The first number counts: what follows is the name that a learner gave the file.
MOODLE = (
    r"(?P<name>.*?)_(?P<student_id>\d+)_assignsubmission_file_?"
    r"(?P<file_id>.*)"
)
# `surnamename_12345_67890_numpy_basics-1.ipynb`, `surnamename_LATE_12345_...`: the
# learner's number, then the file's.
CANVAS = (
    r"(?P<name>[^_]*)_(?:LATE_)?(?P<student_id>\d+)_(?P<upload>\d+)_"
    r"(?P<file_id>.*)"
)
# What browsers and LMS add to the name of a file that is there already.
_COPY = re.compile(r"(?:-(\d+)|[ _]*\((\d+)\))$")
_CHUNK = 1 << 16


class _Refused(Exception):
    """A member of an archive is not taken; the message says why."""


class BoundedExtractor(ExtractorPlugin):
    """Unpack zip archives within bounds, and go on after a bad one."""

    max_file_megabytes = Integer(
        20, help="The largest file taken out of an archive."
    ).tag(config=True)
    max_archive_megabytes = Integer(
        2000, help="The most taken out of one archive of the LMS."
    ).tag(config=True)
    max_files = Integer(
        20000, help="The most files taken out of one archive of the LMS."
    ).tag(config=True)

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack or copy everything in ``archive_path``.

        A learner's own zip within the LMS's is unpacked too, one level deep.

        Parameters
        ----------
        archive_path, extracted_path : str
            Folders from where, and where to.
        """
        source, target = Path(archive_path), Path(extracted_path)
        paths = [path for path in sorted(source.rglob("*")) if path.is_file()]
        if not paths:
            self.log.warning("No files found in directory: %s", source)
        for path in paths:
            if path.is_symlink():
                self.log.warning("Left out %s: it is a link", path)
                continue
            self._left = self.max_archive_megabytes << 20
            self._files = self.max_files
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix.lower() == ".zip":
                self._unpack(path, _new_folder(place.with_suffix("")), nested=True)
            elif path.suffix in self.zip_ext:
                self.log.warning("Left out %s: only zip archives are taken", path)
            else:
                shutil.copyfile(path, place)

    def _unpack(self, archive: Path, folder: Path, nested: bool) -> None:
        """Unpack an archive; with ``nested`` also those that it holds."""
        inner = []
        try:
            with zipfile.ZipFile(archive) as opened:
                for member in opened.infolist():
                    if member.is_dir():
                        continue
                    if self._files <= 0:
                        self.log.warning(
                            "Left out the rest of %s: it holds more than %d files",
                            archive,
                            self.max_files,
                        )
                        break
                    try:
                        path = self._take(opened, member, folder)
                    except (
                        _Refused,
                        OSError,
                        RuntimeError,
                        ValueError,
                        EOFError,
                        NotImplementedError,
                        zipfile.BadZipFile,
                        zlib.error,
                    ) as error:
                        self.log.warning(
                            "Left out %r of %s: %s", member.filename, archive, error
                        )
                        continue
                    if path.suffix.lower() == ".zip":
                        inner.append(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            self.log.warning("Left out %s, a damaged archive: %s", archive, error)
        for path in inner:
            if nested:
                self._unpack(path, _new_folder(path.with_suffix("")), nested=False)
                path.unlink()

    def _take(
        self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path
    ) -> Path:
        """Write one member below ``folder`` and return its path."""
        name = PurePosixPath(member.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in member.filename:
            raise _Refused("it points outside of the archive")
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise _Refused("it is not an ordinary file")
        most = min(self.max_file_megabytes << 20, self._left)
        target = folder.joinpath(*name.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        self._files -= 1
        written = 0
        with archive.open(member) as packed, target.open("xb") as out:
            try:
                # What the archive says of its sizes is not believed, but counted.
                while chunk := packed.read(_CHUNK):
                    written += len(chunk)
                    if written > most:
                        raise _Refused(
                            f"it is larger than {self.max_file_megabytes} MB, or "
                            f"the archive than {self.max_archive_megabytes} MB"
                        )
                    out.write(chunk)
            except BaseException:
                target.unlink()
                raise
            finally:
                self._left -= min(written, most)
        return target


def _new_folder(path: Path) -> Path:
    """Make a folder, under another name if this one is taken."""
    folder, number = path, 1
    while folder.exists():
        number += 1
        folder = path.with_name(f"{path.name} ({number})")
    folder.mkdir(parents=True)
    return folder


class LmsCollector(FileNameCollectorPlugin):
    """Read learner and notebook from the names that an LMS gives.

    A number that a student of the gradebook has as ``lms_user_id`` stands for that
    student; any other number is itself the student's id. Of several copies of one
    notebook the one of the highest number is taken.
    """

    named_regexps = List(
        Unicode(),
        [MOODLE, CANVAS],
        help="Patterns for a file's or folder's name; the first that fits counts. "
        "Groups: student_id and file_id, and upload if later files have higher ones.",
    ).tag(config=True)

    def collect(self, submitted_file: str) -> dict | None:
        """Return whose file this is and which, or None to skip it.

        Parameters
        ----------
        submitted_file : str
            Its path below the folder of extracted files.

        Returns
        -------
        found : dict or None
            ``student_id`` and ``file_id``.
        """
        if os.path.splitext(submitted_file)[1] not in self.valid_ext:
            return None
        root = Path(self.parent._format_collect_path(self.parent.extracted_directory))
        if not hasattr(self, "_newest"):
            self._numbers = self._known_numbers()
            self._newest = self._find_newest(root)
        found = self._read(Path(submitted_file).relative_to(root))
        if found is None:
            self.log.warning("No LMS gives a file such a name: %s", submitted_file)
            return None
        student, name, _ = found
        newest = self._newest[student, name]
        if newest != submitted_file:
            self.log.warning(
                "Skipped %s: %s is a later copy", submitted_file, Path(newest).name
            )
            return None
        return {"student_id": student, "file_id": name}

    def _find_newest(self, root: Path) -> dict[tuple[str, str], str]:
        """Return the path to take for each learner and file."""
        best: dict[tuple[str, str], tuple[tuple, str]] = {}
        for path in root.rglob("*"):
            if path.suffix not in self.valid_ext or not path.is_file():
                continue
            found = self._read(path.relative_to(root))
            if found is not None:
                student, name, age = found
                candidate = (age, str(path))
                best[student, name] = max(
                    best.get((student, name), candidate), candidate
                )
        return {key: path for key, (_, path) in best.items()}

    def _read(self, path: Path) -> tuple[str, str, tuple] | None:
        """Return student, file and age; the outermost name that fits decides.

        What lies deeper was named by the learner, who could name it like another's.
        """
        for depth, part in enumerate(path.parts, start=1):
            for pattern in self.named_regexps:
                match = re.fullmatch(pattern, part)
                if match is None:
                    continue
                groups = match.groupdict()
                whole = depth == len(path.parts)
                last = groups["file_id"] if whole else path.name
                stem, extension = os.path.splitext(last)
                copy = _COPY.search(stem)
                number = int(copy[1] or copy[2]) if copy else 0
                stem = _COPY.sub("", stem)
                student = self._numbers.get(groups["student_id"], groups["student_id"])
                age = (int(groups.get("upload") or 0), number)
                return student, stem + extension, age
        return None

    def _known_numbers(self) -> dict[str, str]:
        """Return the gradebook's ids by the LMS's numbers."""
        course = self.parent.coursedir
        with Gradebook(course.db_url, course.course_id) as gradebook:
            return {
                student.lms_user_id: student.id
                for student in gradebook.students
                if student.lms_user_id
            }
