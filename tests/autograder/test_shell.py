"""What a shell does otherwise than IPython's own, and that it comes to the same."""

import ast
import os
import sys
import warnings
from pathlib import Path
from unittest import mock

import pytest
from ipykernel.compiler import XCachingCompiler
from IPython.core.inputtransformer2 import TransformerManager

from autograder.forks import PIECE
from autograder.sandbox.shell import Compiler, Shell, Transformers

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
    "text = '''\n   \n\t\n'''",
    "def f():\n    x = 1\n    \n    return x",
    "x = 1\n...\ny = 2",
    "x = 1\n... ; y = 2",
    "text = '''a\n>>> b\n'''",
    "def f():\n    '''\n    >>> f()\n    '''",
    "In [1]: x",
    "x = 1\r\ny = 2\r\n",
    "x = '\x0c'\n\x0cy = 2",
    "x = '\u2028'",
    "# from a page\u2028!ls\nx = 1",
    "#\x85%who",
    "x = 1\n# \x0c?x",
    "\ufeffx = 1",
    " x = 1",
    "# only\n   # remarks",
]


@pytest.mark.parametrize("cell", CELLS)
def test_magics_are_found_as_ipython_finds_them(cell):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = TransformerManager().transform_cell(cell)

        assert Transformers(Compiler()).transform_cell(cell) == expected


def test_python_is_not_read_in_tokens(monkeypatch):
    """To read each cell so took longer than to run most."""

    def read(*_: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(TransformerManager, "do_token_transforms", read)

    assert Transformers(Compiler()).transform_cell("x = 5 % 3") == "x = 5 % 3\n"
    with pytest.raises(AssertionError, match="it was read"):
        Transformers(Compiler()).transform_cell("x = 5 % 3\n%who")


def test_a_transformer_of_the_learners_sees_python_too():
    class Never(TransformerManager().token_transformers[0]):
        @classmethod
        def find(cls, tokens_by_line):
            seen.append(tokens_by_line)

    seen: list = []
    transformers = Transformers(Compiler())
    transformers.token_transformers.append(Never)

    transformers.transform_cell("x = 1")

    assert seen


def test_a_read_makes_no_more_bytes_than_answers_have():
    """Each byte that is made is filled, and each page of them is a page fault."""
    assert PIECE <= 65_536


@pytest.mark.parametrize("cell", CELLS)
def test_a_kept_tree_is_the_one_that_would_be_made(cell):
    compiler = Compiler()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = compiler.keep(cell)
        try:
            expected = ast.dump(XCachingCompiler().ast_parse(cell))
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            assert not known
            return

        first, second = (compiler.ast_parse(cell, "name", "exec") for _ in range(2))

    assert known
    assert ast.dump(first) == ast.dump(second) == expected
    assert first is not second


@pytest.mark.parametrize("broken", [None, lambda **_: sys.exit("no more")])
def test_cells_run_where_one_has_broken_what_warns(monkeypatch, broken):
    compiler = Compiler()
    monkeypatch.setattr(warnings, "catch_warnings", broken)

    assert Transformers(compiler).transform_cell("x = 1") == "x = 1\n"


def test_another_cell_has_another_tree():
    compiler = Compiler()
    compiler.keep("x = 1")

    assert ast.dump(compiler.ast_parse("x = 2")) == ast.dump(ast.parse("x = 2"))


def test_cells_are_named_as_a_kernel_names_them():
    """The name is in the texts of errors and warnings that learners read."""
    kernels, ours = (
        Path(kind().get_code_name("x = 1", "x = 1\n", 1))
        for kind in (XCachingCompiler, Compiler)
    )

    assert ours.parent == kernels.parent
    assert ours.suffix == kernels.suffix
    assert ours.stem.isdigit()
    assert str(ours) == Compiler().get_code_name("x = 1", "x = 1\n", 2)
    assert str(ours) != Compiler().get_code_name("x = 2", "x = 2\n", 1)


@pytest.fixture
def shell():
    """Return a shell; starting one asks all that follows in the process for colours."""
    with mock.patch.dict(os.environ):
        yield Shell()


@pytest.mark.parametrize(
    ("cell", "waits"),
    [
        ("x = 1", False),
        ("await f()", True),
        ("async with a:\n    pass", True),
        ("async def f():\n    await g()", False),
        ("text = 'await'", False),
    ],
)
def test_cells_that_wait_are_told_as_ipython_tells_them(shell, cell, waits):
    assert shell.should_run_async(cell, transformed_cell=cell) is waits


def test_a_cell_waits_where_a_transformer_of_the_learners_says_so(shell):
    assert shell.should_run_async("soon f()", transformed_cell="await f()")
