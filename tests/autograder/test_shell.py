"""What a shell does otherwise than IPython's own, and that it comes to the same."""

import warnings

import pytest
from ipykernel.compiler import XCachingCompiler
from IPython.core.inputtransformer2 import TransformerManager

from autograder.forks import PIECE
from autograder.sandbox.shell import Compiler, Transformers

CELLS = [
    "x = 1",
    "x = 5 % 3\ny = x != 2 or not x  # is it?",
    "print(f'{1:.1%}', 'what?')  # what?",
    "%matplotlib inline\nx = 1",
    "x = 1\n%timeit x",
    "%%time\nx = 1",
    "files = !ls",
    "found = %who_ls",
    "if True:\n    %who\n    x = 1",
    "len?",
    "x = 1\nlen??",
    "!ls",
    ",len x",
    "x = [1,\n     2]\n/len x",
    ">>> x = 1\n>>> x",
    "In [1]: x = 1",
    "\n\n  x = 1\n  y = 2",
    "await f()",
    "1 +",
    "x = (",
    "'''\n%who\n!ls\nlen?\n'''",
    "x = '\\d'",
    "def f():\n\treturn 1\n\n\n%who",
    "a = (1\n% 2)\nb = [\n!= 3]",
    "x\0y",
    "(" * 500 + ")" * 500,
]


@pytest.mark.parametrize("cell", CELLS)
def test_magics_are_found_as_ipython_finds_them(cell):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = TransformerManager().transform_cell(cell)

        assert Transformers().transform_cell(cell) == expected


def test_python_is_not_read_in_tokens(monkeypatch):
    """To read each cell so took longer than to run most."""

    def read(*_: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(TransformerManager, "do_token_transforms", read)

    assert Transformers().transform_cell("x = 5 % 3") == "x = 5 % 3\n"
    with pytest.raises(AssertionError, match="it was read"):
        Transformers().transform_cell("x = 5 % 3\n%who")


def test_a_transformer_of_the_learners_sees_python_too():
    class Never(TransformerManager().token_transformers[0]):
        @classmethod
        def find(cls, tokens_by_line):
            seen.append(tokens_by_line)

    seen: list = []
    transformers = Transformers()
    transformers.token_transformers.append(Never)

    transformers.transform_cell("x = 1")

    assert seen


def test_a_read_makes_no_more_bytes_than_answers_have():
    """Each byte that is made is filled, and each page of them is a page fault."""
    assert PIECE <= 65_536


@pytest.mark.parametrize("length", [*range(10), 999, 1000])
def test_cells_are_named_as_a_kernel_names_them(length):
    """The name is in the texts of errors and warnings that learners read."""
    cell = "".join(chr(32 + 7 * i % 300) for i in range(length))

    names = [
        kind().get_code_name(cell, cell, 1) for kind in (XCachingCompiler, Compiler)
    ]

    assert names[0] == names[1]
