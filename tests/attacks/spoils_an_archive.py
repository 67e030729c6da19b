"""Hand in an archive that ends the collection, or takes all that it may take."""

import contextlib
import io
import shutil
import zipfile

from nbgrader.apps import ZipCollectApp
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.nbgrader.collecting import (
    CANVAS,
    MOODLE,
    BoundedExtractor,
    LmsCollector,
)

STOCK = "it is about the archive that an LMS gives, before any grading"
FIRST = 'print("TRIED")'


def packed(members, kind=zipfile.ZIP_DEFLATED):
    """Return an archive."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return raw.getvalue()


def collected(place, top, members):
    """Collect an archive of Canvas; return the folder of what was handed in."""
    loaded = top / "downloaded" / "01_tiny" / "archive"
    loaded.mkdir(parents=True)
    shutil.copytree(place.root / "release" / "01_tiny", top / "release" / "01_tiny")
    (loaded / "canvas.zip").write_bytes(packed(members))
    settings = {
        "CourseDirectory": {
            "root": str(top),
            "course_id": "course",
            "db_url": f"sqlite:///{top}/gradebook.db",
            "assignment_id": "01_tiny",
        },
        "ZipCollectApp": {
            "extractor_plugin": BoundedExtractor,
            "collector_plugin": LmsCollector,
            "strict": True,
        },
        "LmsCollector": {"named_regexps": [MOODLE, CANVAS]},
    }
    app = ZipCollectApp(config=Config(settings))
    app.coursedir = CourseDirectory(parent=app)
    app.init_plugins()
    with contextlib.suppress(SystemExit):  # where something was left out
        app.extract_archive_files()
        app.process_extracted_files()
    return top / "submitted"


def prepare(place):
    """Collect two honest learners' work with archives of an attacker's between."""
    damaged = bytearray(packed({"tiny.ipynb": "x" * 500}, zipfile.ZIP_LZMA))
    damaged[50:70] = b"\xff" * 20
    forged = "x_1_assignsubmission_file_tiny.ipynb"
    members = {
        "ada_1_10_tiny.ipynb": "honest",
        "eve_2_11_damaged.zip": bytes(damaged),
        "eve_2_12_many.zip": packed(dict.fromkeys(map(str, range(9999)), "")),
        "eve_2_13_bomb.zip": packed({"tiny.ipynb": bytes(30 << 20)}),
        f"eve_2_14_{forged}": "forged",
        "eve_2_15_own.zip": packed({forged: "forged", "ada_1_99_tiny.ipynb": "f"}),
        f"eve_2_16_{'n' * 230}.ipynb": "long",
        "zoe_3_17_tiny.ipynb": "honest",
    }
    top = place.root / "home" / f"spoilt-{place.engine}"
    place.found["submitted"] = collected(place, top, members)


def harm(place):
    """Look whether honest work came through, and nothing else in its place."""
    submitted = place.found["submitted"]
    honest = [submitted / n / "01_tiny" / "tiny.ipynb" for n in ("1", "3")]
    return [
        str(path)
        for path in honest
        if not path.exists() or path.read_text() != "honest"
    ]
