"""Leave files in shared places, for the next kernel or for the instructor."""

from pathlib import Path

NAME = "kernel-was-here-2c41"
FIRST = f"""
import os
for top in ("/tmp", "/var/tmp", "/dev/shm", "{{ROOT}}", "{{HOME}}", "/run", ".."):
    try:
        open(os.path.join(top, "{NAME}"), "x").close()
    except OSError:
        pass
print("TRIED")
"""


def harm(place):
    """Look for the files where they would be, and remove them."""
    tops = ["/tmp", "/var/tmp", "/dev/shm", place.root, Path.home(), "/run"]
    found = [p for top in tops if (p := Path(top) / NAME).exists()]
    found += list((place.root / "autograded").rglob(NAME))
    for path in found:
        path.unlink()
    return found
