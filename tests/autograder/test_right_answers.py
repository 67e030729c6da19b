"""Right answers get full marks, however they are written."""

from collections import Counter

import pytest

from autograder.mutation import mutate
from autograder.sources import read_source
from tests.right_answers import FOLDER, answers_of, files

ROOT = FOLDER.parents[1]


@pytest.mark.slow
@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_every_right_answer_gets_full_marks_every_time(path):
    """Five runs each, in one process, in any order: never a mark is lost."""
    answers = answers_of(path)
    rounds = [*answers, *answers[::-1], *answers[::2], *answers[1::2]]

    found = list(
        mutate(ROOT, path.parent.name, path.stem, answers=rounds + answers * 2)
    )

    rejected = [
        (item.function, item.change, item.sentence)
        for item in found
        if item.state != "right"
    ]
    assert rejected == []


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_every_graded_function_has_three_right_answers_at_least(path):
    """None is left out, and none is there that is not graded."""
    source = read_source(ROOT / "source" / path.parent.name / f"{path.stem}.ipynb")

    counts = Counter(function for function, _, _ in answers_of(path))

    assert set(counts) == set(source.functions)
    assert min(counts.values()) >= 3


def test_every_notebook_has_right_answers():
    """A new notebook needs a file of them."""
    notebooks = {(p.parent.name, p.stem) for p in ROOT.glob("source/*/*.ipynb")}

    assert notebooks == {(path.parent.name, path.stem) for path in files()}
