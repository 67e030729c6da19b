"""Hidden twins of public cases: the same shapes, other values."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.authoring.gates import GateError, check_twins, check_values
from autograder.authoring.recording import record
from autograder.authoring.sources import read_source
from autograder.authoring.twins import is_twin, shapes_of, twins_of
from autograder.errors import CourseError
from tests.course import CATALOGUE, tiny_notebook

LABELS = np.array([[1.0, 0.0, 0.0]])
X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def first(inputs, rng=None):
    """Return the most suitable twin of some inputs."""
    return next(twins_of(inputs, rng))


@pytest.mark.parametrize(
    "inputs",
    [
        {"X": X},
        {"X": X, "Y": LABELS, "cache": {"A": X}},
        {"x": np.array([2.0])},
        {"Y": np.array([[1]])},
        {"costs": [3.0, 1.0], "patience": 2},
        {"parameters": {"W1": X}, "grads": {"dW1": X, "db1": np.ones((2, 1))}},
    ],
)
def test_a_twin_has_the_shapes_and_other_values_in_one_input(inputs):
    """Of the others, some may have been computed from one another."""
    other, rng = first(inputs)
    changed = [k for k in inputs if repr(inputs[k]) != repr(other[k])]

    assert is_twin((inputs, None), (other, rng))
    assert len(changed) == 1
    assert shapes_of(other[changed[0]]) == shapes_of(inputs[changed[0]])


def test_labels_are_changed_first_and_stay_labels():
    """A cache belongs to the inputs from which it was computed; labels to none."""
    other, _ = first({"X": X, "Y": LABELS, "cache": (X,)})

    assert sorted(other["Y"][0]) == sorted(LABELS[0])
    assert other["X"] is X


def test_columns_move_as_a_whole():
    """One-hot columns and probabilities of classes stay what they are."""
    one_hot = np.eye(3)[:, [0, 2, 2, 1]]

    other, _ = first({"Y": one_hot})

    assert other["Y"].sum(axis=0).tolist() == [1.0] * 4


def test_where_all_numbers_are_equal_one_of_them_changes():
    """A probability stays one, and a label is exchanged for the other."""
    assert first({"A": np.full((1, 2), 0.5)})[0]["A"].tolist() == [[0.25, 0.5]]
    assert first({"x": np.array([0.0, 0.0])}, 3)[1] != 3
    assert first({"Y": np.array([[1, 1]])})[0]["Y"].tolist() == [[0, 0]]


def test_where_no_value_is_free_the_seed_differs():
    """And without one there is no twin."""
    assert list(twins_of({"layers_dims": [3], "cache": (X,)}, 4))[-1][1] != 4
    assert list(twins_of({"cache": (X,), "n": 3}, None)) == []


CONTRACT = '[contract.tiny]\ncentre = ["leaves inputs"]\n'


def recorded(folder, catalogue):
    """Record the small course with another catalogue."""
    import nbformat

    path = folder / "01_tiny" / "tiny.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(tiny_notebook(), path)
    (path.parent / "misconceptions.toml").write_text(catalogue)
    source = read_source(path)
    return source, record(source, path.parent)


@pytest.mark.slow
def test_the_recorder_makes_a_twin_of_each_public_case_that_has_none(tmp_path):
    """Hidden, in the cell of the public case, with what the solution returns."""
    _, store = recorded(tmp_path, CONTRACT + CATALOGUE)
    cases = store.cases.functions["centre"].cases
    public, twin = cases[0], cases[-1]
    (given,), (other,) = public.args, twin.args

    # The other public case has the shape of a hidden one that the notebook asks for.
    assert len(cases) == 2 + 4 + 1
    assert (twin.hidden, twin.cell) == (True, "centre-check")
    assert given.shape == other.shape
    assert not np.array_equal(given, other)
    centred = other - other.mean(axis=1, keepdims=True)
    assert np.allclose(twin.expected.value, centred)
    assert len(store.cases.functions["spread"].cases) == 6  # it has no contract


@pytest.mark.slow
def test_a_function_without_twins_needs_a_reason(tmp_path):
    """The gate asks for one, and for none where there are twins."""
    source, store = recorded(tmp_path / "a", CONTRACT + CATALOGUE)
    centre = store.cases.functions["centre"]
    check_twins(source, centre)
    centre.cases.pop()
    with pytest.raises(GateError, match="has the shapes of public case 1"):
        check_twins(source, centre)

    reason = '[twins.tiny]\ncentre = "its result depends on the shapes alone"\n'
    source, store = recorded(tmp_path / "b", CONTRACT + reason + CATALOGUE)
    centre = store.cases.functions["centre"]
    with pytest.raises(GateError, match="take that away"):
        check_twins(source, centre)
    centre.cases.pop()
    check_twins(source, centre)


@pytest.mark.slow
def test_a_result_that_never_changes_needs_a_reason(tmp_path):
    """The gate asks for one, and for none where hidden cases differ."""
    source, store = recorded(tmp_path / "a", CATALOGUE)
    spread = store.cases.functions["spread"]
    check_values(source, spread)
    hidden = [case for case in spread.cases if case.hidden]
    for case in hidden:
        value = hidden[0].expected.value[0], case.expected.value[1]
        case.expected = replace(case.expected, value=value)
    with pytest.raises(GateError, match="value is the same in all hidden cases"):
        check_values(source, spread)

    reason = '[constant.tiny.spread]\nvalue = "it is always 1"\n'
    source, store = recorded(tmp_path / "b", reason + CATALOGUE)
    check_values(source, spread)
    with pytest.raises(GateError, match="take that away"):
        check_values(source, store.cases.functions["spread"])


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ('[constant.tiny]\nspread = "always"\n', "give the reason of each result"),
        ('[constant.tiny.spred]\nvalue = "1"\n', "no solution cell defines"),
        ('[constant.tiny.spread]\nnumber = "1"\n', "none of its results"),
    ],
)
def test_a_reason_names_a_function_and_a_result(tmp_path, table, reason):
    """A name that nothing has is said, and so is a reason that is no text."""
    with pytest.raises(CourseError, match=reason):
        source, store = recorded(tmp_path, table + CATALOGUE)
        check_values(source, store.cases.functions["spread"])
