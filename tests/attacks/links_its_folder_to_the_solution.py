"""Hand in a link to the solution's folder, as a repository may hold one."""

import shutil

HONEST = 0.0
REFUSED = True
STOCK = "it is about links between folders, which stock nbgrader follows"


def prepare(place):
    """Put a link in the place of the folder."""
    folder = place.submission
    shutil.rmtree(folder)
    folder.symlink_to(f"../../source/{folder.name}")
