"""Name the members of an archive so long that reading a name takes minutes."""

import tempfile
import time
from pathlib import Path

from tests.attacks.spoils_an_archive import collected, packed

STOCK = "it is about the archive that an LMS gives, before any grading"
FIRST = 'print("TRIED")'


def prepare(place):
    """Collect an archive of Canvas with such a zip in it, and honest work."""
    notebook = (place.submission / "tiny.ipynb").read_text()
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        submitted = collected(
            place,
            Path(folder),
            {
                "attacker_1_10_work.zip": packed({f"{' ' * 20_000}x.ipynb": "{}"}),
                "zoe_2_20_tiny.ipynb": notebook,
            },
        )
        place.found["seconds"] = time.process_time() - began
        place.found["zoe"] = (submitted / "2" / "01_tiny" / "tiny.ipynb").exists()


def harm(place):
    """Look whether others waited, or were left out."""
    return place.found["seconds"] > 10 or not place.found["zoe"]
