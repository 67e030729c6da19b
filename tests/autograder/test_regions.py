"""Stubs: what becomes of a solution region, and what may survive in it."""

import ast

import pytest

from autograder.authoring.regions import (
    RegionError,
    find_regions,
    plain_python,
    solution_statements,
    stub,
)

HEAD = "def f(x):\n    ### START CODE HERE ###{rest}\n"
TAIL = "\n    ### END CODE HERE ###\n    return y"


def stubbed(body, rest=""):
    """Return the lines of a stubbed region."""
    text = HEAD.format(rest=rest) + "\n".join("    " + x for x in body.split("\n"))
    lines = stub(text + TAIL).splitlines()
    return lines[2 : lines.index("    ### END CODE HERE ###")]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("y = 2 * x", ["    y = None"]),
        ("a, (b, *c) = x", ["    a = None", "    b = None", "    c = None"]),
        ("a = b = x", ["    a = None", "    b = None"]),
        ("y = 1\ny += x", ["    y = None"]),
        ("y: int = 3", ["    y = None"]),
        ('g["dW"] = x', ['    g["dW"] = None']),
        ('g["dW" + str(x)] = 1', ["    pass"]),
        ("for i in x:\n    y = i", ["    y = None"]),
        ("if x:\n    a = 1\nelse:\n    b = 2", ["    a = None", "    b = None"]),
        ("with x as z:\n    y = z", ["    y = None"]),
        ("print(x)", []),
        ("# a comment that gives away\ny = 1", ["    y = None"]),
        ("y = (1 +\n     2)", ["    y = None"]),
        ("y = 1  # @KEEP", ["    y = 1"]),
        ("y = 1  # @REPLACE y = 2", ["    y = 2"]),
        ("y = 1  # @OMIT\nz = 2", ["    z = None"]),
        (
            "for i in range(3):  # @KEEP\n    g[str(i)] = x\n    z = 1",
            ["    for i in range(3):", "        g[str(i)] = None", "        z = None"],
        ),
        (
            "if x:  # @KEEP\n    y = 1\nelse:\n    print(y)",
            ["    if x:", "        y = None", "    else:", "        pass"],
        ),
    ],
)
def test_statements_become_their_targets(body, lines):
    """One None for each target, in the order of first use."""
    got = stubbed(body)

    assert lines == got or (lines == ["    pass"] and got == [])


def test_a_return_goes():
    """An empty body is left with its docstring alone, or with pass."""
    source = (
        'def f(x):\n    """Doc."""\n    ### START CODE HERE ### @OMIT (write it)\n'
        "    y = x\n    return y\n    ### END CODE HERE ###"
    )

    assert "y" not in stub(source).replace("def f(x)", "").split('"""')[2]
    ast.parse(stub(source))


def test_a_body_without_docstring_gets_pass():
    """What is released is always Python."""
    source = (
        "def f(x):\n    ### START CODE HERE ###\n"
        "    return x\n    ### END CODE HERE ###"
    )

    assert "    pass" in stub(source)
    ast.parse(stub(source))


def test_the_marker_keeps_its_words_and_loses_its_directive():
    """(≈ 2 lines) is for learners, @KEEP is not."""
    text = HEAD.format(rest=" @KEEP (mend one line)") + "    y = 1" + TAIL

    assert "### START CODE HERE ### (mend one line)" in stub(text)


def test_a_kept_region_shows_all_but_the_planted_fault():
    """Debugging exercises give the whole function with one wrong line."""
    lines = stubbed("m = x.shape[1]  # @REPLACE m = x.shape[0]\ny = x / m", " @KEEP")

    assert lines == ["    m = x.shape[0]", "    y = x / m"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("### START CODE HERE ###\ny = 1", "never ends"),
        ("### END CODE HERE ###", "never started"),
        ("### START CODE HERE ###\n### START CODE HERE ###\n", "inside another"),
        ("### START CODE HERE ###\n### END CODE HERE ###", "no statement"),
        ("### START CODE HERE ###\ny = \n### END CODE HERE ###", "not Python"),
        (
            "### START CODE HERE ###\nwhile x:  # @KEEP\n    y = 1\n"
            "### END CODE HERE ###",
            "while",
        ),
        ("### START CODE HERE ###\ny = 1  # @REPLACE\n### END CODE HERE ###", "what"),
    ],
)
def test_a_region_that_cannot_be_read_says_why(source, reason):
    """Authors get one plain sentence."""
    with pytest.raises(RegionError, match=reason):
        find_regions(source)
        stub(source)


def test_solution_statements_leave_out_what_is_kept():
    """Kept statements are no secret; all others are."""
    text = HEAD.format(rest="") + (
        "    a = []  # @KEEP\n    for i in x:\n        y = i * 2" + TAIL
    )

    assert solution_statements(text) == ["y = i * 2"]


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("x = 5 % 3\ny = '!'", "x = 5 % 3\ny = '!'"),
        ("!ls \\\n  -la\nx = 1", "pass\n\nx = 1"),
        ("%time x = f(3)", "x = f(3)"),
        ("if a:\n    %time -n x = 1", "if a:\n    pass"),
        ("files = !ls | sort\nx = 1", "files = None\nx = 1"),
        ("%%time\n%matplotlib inline\nx = 1", "pass\npass\nx = 1"),
        ("%%bash\nif true; then\n  echo x; fi", "pass\n\n"),
        ("%%capture out\nx = 1", "pass\nx = 1"),
        ("print?\nx = 1", "pass\nx = 1"),
    ],
)
def test_what_only_ipython_understands_is_left_out(cell, plain):
    """Line numbers stay, and so do names that a timed statement gives."""
    assert plain_python(cell) == plain
