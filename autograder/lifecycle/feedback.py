"""Feedback folders hold pages and nothing else."""

import shutil
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

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
            elif path.name not in pages:
                path.unlink()
        return nb, resources
