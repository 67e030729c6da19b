"""Right answers get full marks, however they are written."""

import ast
from collections import Counter

import pytest

from autograder.authoring.sources import read_source
from autograder.quality.mutation import mutate
from tests.right_answers import FOLDER, answers_of, files, right_answers_of
from tests.right_answers.forms import in_all_forms

ROOT = FOLDER.parents[1]
MINI_BATCHES = "mini_batches_and_momentum"


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


@pytest.mark.slow
def test_a_right_answer_gets_full_marks_in_every_form():
    """Lists, classes, views, keys of NumPy, lambdas, objects that are called ..."""
    folder = FOLDER / "05_optimization"
    first = {
        f: code for f, _, code in answers_of(folder / f"{MINI_BATCHES}.toml")[::-1]
    }
    answers = [form for f, code in first.items() for form in in_all_forms(f, code)]

    found = list(mutate(ROOT, folder.name, MINI_BATCHES, answers=answers))

    assert len(found) == len(answers) == 30 * len(first)
    assert [(i.function, i.change) for i in found if i.state != "right"] == []


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_right_answers_are_as_many_as_an_exercise_is_large(path):
    """Three for a Step, five for an Exercise, eight for a Core function."""
    source = read_source(ROOT / "source" / path.parent.name / f"{path.stem}.ipynb")
    points = {cell.id: cell.points for cell in source.cells}
    needed = {
        name: right_answers_of(points[f"{graded.cell.id}-check"])
        for name, graded in source.functions.items()
    }

    counts = Counter(function for function, _, _ in answers_of(path))

    assert set(counts) == set(needed)
    short = {name: counts[name] for name in needed if counts[name] < needed[name]}
    assert short == {}


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_no_two_right_answers_are_the_same(path):
    """Names and spacing apart, each is written otherwise than the others."""
    texts = [
        (function, ast.unparse(ast.parse(code)))
        for function, _, code in answers_of(path)
    ]

    assert len(texts) == len(set(texts))


def test_every_notebook_has_right_answers():
    """A new notebook needs a file of them."""
    notebooks = {(p.parent.name, p.stem) for p in ROOT.glob("source/*/*.ipynb")}

    assert notebooks == {(path.parent.name, path.stem) for path in files()}
