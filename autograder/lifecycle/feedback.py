"""Feedback folders hold pages and nothing else."""

import re
import shutil
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

EXCHANGE = {
    "timestamp.txt": re.compile(
        rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [\w+:/-]{1,40}\s*"
    ),
    "submission_secret.txt": re.compile(rb"[\w=+/-]{8,150}\s*"),
}

__all__ = ["OnlyPages"]


class OnlyPages(NbGraderPreprocessor):
    """Removes what nbgrader copied beside a learner's feedback pages."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Clear the learner's feedback folder of all but this assignment's pages."""
        names = resources["nbgrader"]
        converter = self.parent.parent
        folder = Path(converter._format_dest(names["assignment"], names["student"]))
        pages = {f"{Path(name).stem}.html" for name in converter.notebooks}
        for path in folder.iterdir() if folder.is_dir() else []:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name not in pages and not _belongs_to_exchange(path):
                path.unlink()
        return nb, resources


def _belongs_to_exchange(path: Path) -> bool:
    """Tell whether a file is one by which nbgrader's exchange returns feedback."""
    pattern = EXCHANGE.get(path.name)
    if pattern is None or path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return bool(pattern.fullmatch(file.read(200)))
