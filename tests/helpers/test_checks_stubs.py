"""Whether a learner has begun is told from the source."""

import pytest

from helpers.checks.stubs import definitions_of, is_released, is_stub

STUB = '''def f(v, s):
    """Return both."""
    ### START CODE HERE ### (≈ 2 lines)
    total = None
    for key in v:
        total = None
    ### END CODE HERE ###
    return total'''


@pytest.mark.parametrize(
    "text",
    [
        STUB,
        STUB.replace("### START CODE HERE ### (≈ 2 lines)", "# my answer"),
        STUB.replace("total", "t").replace("key", "k"),
        STUB.replace('"""Return both."""', ""),
        STUB.replace("    for", "\n\n    for"),
    ],
)
def test_names_comments_and_blank_lines_are_no_work(text):
    """The released function stays untouched whatever is written beside its code."""
    assert is_stub(text, STUB)


@pytest.mark.parametrize(
    "change",
    [
        ("    total = None\n    for", "    total = print(v)\n    for"),
        ("    total = None\n    for", "    total = 0\n    for"),
        ("        total = None", "        total = v"),
        ("return total", "return v, s"),
        ("    total = None\n    for", "    total = None\n    more = None\n    for"),
    ],
)
def test_whatever_was_written_is_a_beginning(change):
    """One changed line is enough, whatever comes of it."""
    text = STUB.replace(*change)
    namespace: dict = {}
    exec(text, namespace)

    assert text != STUB
    assert not is_stub(text, STUB)
    assert not is_released(namespace["f"], STUB)


def test_a_function_without_a_text_is_told_by_its_code():
    """A kernel that has forgotten the cell's text changes nothing."""
    namespace: dict = {}
    exec(STUB.replace('"""Return both."""', ""), namespace)

    assert is_released(namespace["f"], STUB)


def test_all_definitions_are_found():
    """Wherever it is defined, by def or by assignment, in Python or not."""
    cells = [
        STUB,
        "x = 1\nf = lambda v, s: v",
        "%%time\nf = g",
        "if True:\n  f = 3",
        "f(1)",
    ]

    assert len(definitions_of("f", cells)) == 4


def test_one_variable_instead_of_another_is_work():
    """In a debugging exercise the whole change may be one name."""
    released = "def f(v, s, a, b):\n    return v / a, s / a"

    assert not is_stub(released.replace("s / a", "s / b"), released)
    assert is_stub("def f(x, y, p, q):\n    return x / p, y / p", released)


@pytest.mark.parametrize("change", ["return total", "total = None"])
def test_without_a_text_other_names_are_work_too(change):
    """One variable instead of another is no released function."""
    other = {"return total": "return v", "total = None": "total = s"}[change]
    namespace: dict = {}
    exec(STUB.replace('"""Return both."""', "").replace(change, other), namespace)

    assert not is_released(namespace["f"], STUB)
