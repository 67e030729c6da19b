"""Lesson 07: the tape against the formulas by hand, and PyTorch where it is there."""

import importlib.util
import re
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"
PATH = FOLDER / "07_frameworks.ipynb"
TAPE = ("tape", "operations", "operators-code")
INSTALLED = importlib.util.find_spec("torch") is not None


@cache
def source_of(name: str) -> str:
    """Return the source of one cell of the lesson."""
    cells = nbformat.read(PATH, as_version=4).cells
    return next(cell.source for cell in cells if cell.id == name)


@pytest.fixture(scope="module")
def tape():
    """Return the names that the cells of the tape define."""
    names: dict = {}
    for name in ("setup", *TAPE):
        source = source_of(name)
        # Nothing is checked here, so the checks need no folder.
        exec(re.sub(r"^check = .*$", "", source, flags=re.MULTILINE), names)
    return names


@pytest.fixture(scope="module")
def printed():
    """Return what each cell prints, without the exercises and figures."""
    notebook = nbformat.read(PATH, as_version=4)
    kept = {"setup", *TAPE, "tape-small", "network", "network-compared", "factor"}
    kept |= {"factor-prediction", "residual"}
    kept |= {"pytorch-import", "pytorch-network", "pytorch-layers-code"}
    notebook.cells = [cell for cell in notebook.cells if cell.id in kept]
    client = NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(FOLDER)}}
    )
    client.execute()
    return {
        cell.id: "".join(output.get("text", "") for output in cell.outputs)
        for cell in notebook.cells
    }


def differences(text: str) -> list[float]:
    """Return the relative differences that a cell printed."""
    return [float(number) for number in re.findall(r"\d+e[-+]\d+|\b0e\+00", text)]


def test_the_tape_is_shorter_than_a_hundred_lines():
    """As the lesson and its objectives say."""
    lines = [line for name in TAPE for line in source_of(name).splitlines()]

    assert len(lines) < 100
    assert "fewer than 100 lines" in source_of("title")


@pytest.mark.slow
def test_the_graph_by_hand_has_the_numbers_of_the_tape(printed):
    """The table says 36, 45, 15 and 6, and so does the tape."""
    by_hand = re.findall(r"\\bar ([abuvJ]) = (\d+)\$ \|", source_of("graph-text"))
    by_tape = re.findall(r"([abuvJ]): .* J +(\d+)", printed["tape-small"])

    assert len(by_hand) == 5
    assert dict(by_hand) == dict(by_tape)


def test_gradients_sum_over_passes(tape):
    """The table says so: each pass is a forward and a backward one."""
    a = tape["Tensor"](3.0)
    for _ in range(2):
        (a * a).backward()

    assert a.grad == 12
    assert "a second forward and backward pass *adds* to it" in source_of("pytorch")


def test_the_tape_gives_the_gradients_of_assignment_03(printed):
    """Eight arrays of parameters, each to rounding; and dZ is m times the grad."""
    found = differences(printed["network-compared"])

    assert len(found) == 8
    assert max(found) < 1e-13
    assert "600.000000,   m = 600" in printed["factor"]


def test_a_new_network_needs_no_backward_function(printed):
    """The gradient of a residual connection agrees with central differences."""
    found = differences(printed["residual"])

    assert len(found) == 6
    assert max(found) < 1e-7


@pytest.mark.parametrize(
    ("shape", "other"),
    [
        ((2, 3), (2, 1)),
        ((2, 3), (1, 3)),
        ((2, 3), (3,)),
        ((2, 3), ()),
        ((2, 1), (1, 3)),
    ],
)
@pytest.mark.parametrize("operation", ["add", "multiply"])
def test_broadcasting_is_undone_on_both_sides(tape, operation, shape, other):
    """The gradient of each operand has its shape and agrees with differences."""
    rng = np.random.RandomState(0)
    values = {"a": rng.randn(*shape), "b": np.array(rng.randn(*other))}

    def result(parts):
        both = tape[operation](parts["a"], parts["b"])
        return tape["mean"](tape["multiply"](both, both))

    tensors = {name: tape["Tensor"](value) for name, value in values.items()}
    result(tensors).backward()
    measured = tape["central_differences"](lambda q: float(result(q).value), values)
    for name, tensor in tensors.items():
        assert tensor.grad.shape == values[name].shape
        np.testing.assert_allclose(tensor.grad, measured[name], rtol=1e-6, atol=1e-8)


def test_arrays_may_stand_on_either_side(tape):
    """An array is a constant, left or right of each operator."""
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    t = tape["Tensor"](x)
    pairs = [(x + t, 2 * x), (x * t, x * x), (x - t, 0 * x), (t - x, 0 * x)]
    pairs += [(x @ t, x @ x), (t @ x, x @ x), (1 - t, 1 - x), (-t, -x)]

    for tensor, expected in pairs:
        assert isinstance(tensor, tape["Tensor"])
        np.testing.assert_allclose(tensor.value, expected, rtol=0, atol=1e-12)


def test_pytorch_agrees_or_the_cells_say_what_to_install(printed):
    """With PyTorch its gradients are ours; without it nothing fails."""
    cells = [printed["pytorch-network"], printed["pytorch-layers-code"]]
    if INSTALLED:
        assert printed["pytorch-import"].startswith("PyTorch ")
        assert [len(differences(text)) for text in cells] == [1, 1]
        assert max(differences("".join(cells))) < 1e-12
    else:
        assert "pip install torch" in printed["pytorch-import"]
        assert cells == ["not run: PyTorch is not installed\n"] * 2
