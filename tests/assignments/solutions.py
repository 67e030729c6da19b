"""The functions of an assignment's notebook, with the solutions in them."""

import functools
from pathlib import Path
from types import SimpleNamespace

from autograder.authoring.sources import read_source

SOURCE = Path(__file__).resolve().parents[2] / "source"


@functools.cache
def solutions(assignment: str, notebook: str) -> SimpleNamespace:
    """Run a source notebook's cells once and return what they define.

    Check cells and demonstrations are left out, and so is what follows the last
    solution, so this takes no training.

    Parameters
    ----------
    assignment : str
        Folder below ``source``.
    notebook : str
        Name of the notebook without its ending.

    Returns
    -------
    SimpleNamespace
        The notebook's names: its graded functions and the given ones.
    """
    source = read_source(SOURCE / assignment / f"{notebook}.ipynb")
    names: dict[str, object] = {"__name__": notebook}
    last = max(i for i, cell in enumerate(source.cells) if cell.role == "solution")
    for cell in source.cells[: last + 1]:
        if cell.role in ("solution", "plain"):
            exec(compile(cell.source, f"{notebook}:{cell.id}", "exec"), names)
    return SimpleNamespace(**names)


def run_cells(
    assignment: str, notebook: str, *cells: str, **given: object
) -> dict[str, object]:
    """Run some later cells of a notebook over its solutions, without pictures.

    Parameters
    ----------
    assignment, notebook : str
        As in `solutions`.
    *cells : str
        Ids of cells, in the order in which they are run.
    **given : object
        Names that cells left out would have defined.

    Returns
    -------
    dict
        The notebook's names after that.
    """
    names = dict(vars(solutions(assignment, notebook)))
    silent = [name for name in names if name.startswith("plot_")]
    names |= {name: lambda *args, **kwargs: None for name in silent}
    names |= {"my_prediction": "", "progress": lambda items, description: items}
    names |= given
    source = read_source(SOURCE / assignment / f"{notebook}.ipynb")
    texts = {cell.id: cell.source for cell in source.cells}
    for cell in cells:
        exec(compile(texts[cell], f"{notebook}:{cell}", "exec"), names)
    return names
