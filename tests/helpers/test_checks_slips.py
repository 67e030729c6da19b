"""Remarks on the source of a wrong answer."""

import linecache

import numpy as np
import pytest

from helpers.checks.slips import Seen, slips_in_cells, slips_of


def define(source):
    """Run a cell with its text at hand, and return its function."""
    name = f"<slip {abs(hash(source))}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    namespace = {"np": np, "Y_train": np.ones(3)}
    exec(compile(source, name, "exec"), namespace)
    return namespace["f"]


@pytest.mark.parametrize(
    ("body", "remark"),
    [
        ("return x ^ 2 + y", "a power is written with `**`"),
        ("return (x - y) ^ 2", "(x - y) ^ 2"),
        ("return x ^ 2 + y", "x ^ (2 + y)"),
        ("x == x + y\n    return x", "it compares and changes nothing"),
        ("np.log(x)\n    return x + y", "its result is not kept"),
        ("x.reshape(1, 1)\n    return x + y", "its result is not kept"),
        (
            "rng = np.random.default_rng(1)\n    return rng.normal() * x * y",
            "of its own",
        ),
        ("return np.sum(x * y * Y_train)", "reads `Y_train`"),
        ("return 2 * x", "The parameter `y` is never used"),
        ("a = x * y\n    return x + y", "`a` is assigned and never used"),
        ("z = x + y\n    z = z * 2", "There is no return statement"),
        ("for i in range(3):\n        x = x + y\n        return x", "inside the loop"),
        ("return x // y", "`x // y` rounds down"),
        ("return np.empty(x.shape) + y", "can hold any number"),
        ("return np.sum(x == 1 & y == 2)", "combines the values beside `&`"),
        ("return np.zeros(len(x)) + y", "Of the parameter `x` only the size"),
        ("return g(y, x)", "it takes (x, y), and the call gives (y, x)"),
        ("return g(y, x + 1)", "it takes (x, y), and the call gives (y, x + 1)"),
        ("y = 2 * x\n    return x + y", "`y` gets another value before it is read"),
        ("return {'a': 2 * x, 'b': y}", "anything with the parameter `y`"),
        ("c = (x + 1, y)\n    return x, c", "anything with the parameter `y`"),
        ("return {'W{x}': y}", "The text `'W{x}'` contains braces, but no `f` stands"),
    ],
)
def test_what_is_rarely_meant_is_remarked_on(body, remark):
    """Each remark is true of the text."""
    function = define(f"def g(x, y):\n    return x\ndef f(x, y):\n    {body}\n")

    assert any(remark in said for said in slips_of(function, Seen(drawn=True)))


@pytest.mark.parametrize(
    ("body", "whole", "said"),
    [
        ("s = np.zeros_like(x)", ["x"], True),
        ("s = np.zeros_like(x)", ["y"], False),
        ("s = np.zeros_like(x, dtype=float)", ["x"], False),
        ("x = x * 1.0\n    s = np.zeros_like(x)", ["x"], False),
    ],
)
def test_an_array_like_whole_numbers_is_remarked_on(body, whole, said):
    """It cuts off fractions, which nobody sees in the code."""
    cell = f"def f(x, y):\n    {body}\n    s[:] = x / y\n    return s"
    found = slips_in_cells("f", [cell], Seen(whole=whole))

    assert any("holds no fractions" in one for one in found) is said


def test_an_ordinary_function_gets_no_remark():
    """Unpacking more than is used is common and says nothing."""
    body = "(a, c), d = x, y\n    np.random.seed(1)\n    print('{x}'.format(x=f'{a}'))"
    body += "\n    return np.dot(a, d)"

    assert slips_of(define(f"def f(x, y):\n    {body}\n"), Seen(drawn=True)) == []


def test_random_numbers_are_remarked_on_where_none_are_asked_for():
    """The numbers come as an argument, and the answer draws others."""
    function = define("def f(x, y):\n    return x + y * np.random.uniform(0, 1)\n")

    assert "draws random numbers" in slips_of(function)[0]
    assert slips_of(function, Seen(drawn=True)) == []


@pytest.mark.parametrize(
    "draw",
    [
        "np.random.seed(y)\n    return x + np.random.permutation(3)",
        "rng = np.random.RandomState(y)\n    return x + rng.permutation(3)",
        "return x + np.random.default_rng(y).permutation(3)",
    ],
)
def test_with_a_seed_of_its_own_nothing_is_said_of_other_numbers(draw):
    """The same seed gives the same order, so each call gives the same."""
    function = define(f"def f(x, y):\n    {draw}\n")

    assert slips_of(function) == []


def test_a_default_value_that_is_filled_is_remarked_on():
    """A list among the parameters holds what earlier calls have appended."""
    function = define("def f(x, y, c=[]):\n    c.append(x + y)\n    return c\n")
    other = define("def f(x, y, c=[]):\n    c = [*c, x + y]\n    return c\n")

    assert "The default value of `c` is made once" in slips_of(function)[0]
    assert slips_of(other) == []


def test_what_only_prints_may_stay_unused():
    """No result depends on it."""
    assert slips_of(define("def f(x, print_msg=False):\n    return x\n")) == []


def test_a_half_of_a_length_is_meant():
    """The number of layers, not a division that should not round."""
    function = define("def f(x, y):\n    return x * (len(y) // 2) + y\n")

    assert slips_of(function) == []


def test_a_size_that_is_not_used_is_remarked_on_where_a_factor_may_be_missing():
    """Many shells begin with it, needed or not, and a call that stopped uses less."""
    function = define("def f(x, y):\n    m = x.shape[1]\n    return np.dot(x, y.T)\n")
    remark = "The value of `m` is assigned and never used."

    assert slips_of(function) == slips_of(function, Seen(kinds=["factor"])) == [remark]
    assert (
        slips_of(function, Seen(kinds=["shape"]))
        == slips_of(function, Seen(stopped=True))
        == []
    )


def test_uniform_numbers_are_remarked_on_where_negative_ones_are_expected():
    """A mask is drawn with them, weights are not."""
    function = define("def f(x, y):\n    return np.random.rand(x, y)\n")

    assert (
        "`np.random.rand(x, y)` draws"
        in slips_of(function, Seen(drawn=True, kinds=["sign"]))[0]
    )
    assert slips_of(function, Seen(drawn=True)) == []


@pytest.mark.parametrize(
    "body",
    [
        "y = x + y\n    return y",
        "if x: y = 1\n    return x * y",
        "y, z = x, y\n    return y * z",
        "return {'a': x * y, 'b': y}",
    ],
)
def test_a_parameter_that_counts_gets_no_such_remark(body):
    """It is read before it gets another value, or on some way through the code."""
    said = slips_of(define(f"def f(x, y):\n    {body}\n"))

    assert [one for one in said if "`y`" in one] == []


KEPT = "def f(x, y):\n    if 'a' not in kept: kept['a'] = x + y\n    return kept['a']"


@pytest.mark.parametrize(
    ("cells", "remark"),
    [
        (["%matplotlib inline", "kept = {}", KEPT], "reads `kept`"),
        (["kept = np.zeros(3)", KEPT.replace("'a'", "0")], "reads `kept`"),
        (["def f(x):\n    return 2", "def f(x, y):\n    return x ^ y"], "`x ^ y`"),
        (["def g(x, y): return x", "def f(x, y): return g(y, x)"], "it takes (x, y)"),
        (["import random", "def f(x, y): return x * y + random.random()"], "draws"),
        (
            ["import numpy as np", "np = None", "def f(x, y): return np.exp(x) * y"],
            "A cell sets `np` (`np = None`)",
        ),
        (
            ["if True:\n    sum, k = 0, 1", "def f(x, y): return sum(x) * y"],
            "A cell sets `sum` (`sum, k = (0, 1)`)",
        ),
    ],
)
def test_the_text_of_cells_tells_the_same_without_running_it(cells, remark):
    """The last definition counts."""
    assert any(remark in said for said in slips_in_cells("f", cells))


@pytest.mark.parametrize(
    "cells",
    [
        [KEPT.replace("kept", "keep"), "def keep(): pass"],
        ["from a import kept", KEPT],
        ["class kept: pass", KEPT],
        ["kept = {}", "kept = other()", KEPT],
        ["raise SystemExit"],
        ["f = 1"],
        # The name means something else by now.
        ["def f(x, y): return x + y", "f = jit(f)"],
        ["def f(x, y): return x + y", "f = None"],
        ["def f(x, y): return x + y", "class f: pass"],
        # Python's parser takes them, its compiler does not.
        ["def g(x, x): return x", "def f(x, y): return x + y"],
        ["def g(__debug__): return 1", "def f(x, y): return x + y"],
        ["np = None", "import numpy as np", "def f(x, y): return np.exp(x) * y"],
        ["import math", "math = 3", "def f(x, y): math = [x]; return math.pop() * y"],
        ["def g():\n    sum = 0", "def f(x, y): return sum(x) * y"],
        ["z = f" + "()" * 900, "def f(x, y): return x + y"],
    ],
)
def test_of_a_name_that_is_not_known_nothing_is_said(cells):
    """It may be a function, or anything."""
    assert slips_in_cells("f", cells) == []


def test_other_parameters_than_asked_for_are_named_with_both_signatures():
    """Where the call shows it; names alone may differ where they are not used."""
    cells = ["def f(x, *rest, lr=2):\n    return x"]
    calls = [((1,), {"rate": 0.1})]

    assert slips_in_cells("f", cells, asked=("x", "rate"), calls=calls) == [
        "Your function is `f(x, *rest, lr)`; the exercise asks for `f(x, rate)`, and "
        "the check calls it so. Number, order and names of the parameters have to stay."
    ]
    assert slips_in_cells("f", cells, asked=("x", "rate"), calls=[((1, 2), {})]) == []


def test_a_default_that_is_gone_is_named():
    """The names are those of the exercise, so both signatures would look alike."""
    cells = ["def f(x, g):\n    return x * g"]

    assert slips_in_cells("f", cells, asked=("x", "g"), calls=[((1,), {})]) == [
        "In the exercise the parameter `g` has a default value, and this call leaves "
        "it out. Your function has none: compare your line that begins with `def`."
    ]
    assert slips_in_cells("f", cells, asked=("x", "g"), calls=[((1, 2), {})]) == []


@pytest.mark.parametrize("cells", [["f = jit(f)"], ["def g(x, x): pass"]])
def test_other_parameters_are_sought_where_the_name_is_not_known(cells):
    """What was asked for is compared with nothing then."""
    cells = ["def f(x, y): return x + y", *cells]

    slips_in_cells("f", cells, asked=("x",), calls=[((1,), {})])  # raises nothing


@pytest.mark.parametrize(
    "body",
    [
        'p = {"x": x, "y": y}\n    return p["x"] + p["y"]',
        "shape = x, y\n    return np.zeros(shape)",
        'p = {"x": x}\n    return g(y, p)',
    ],
)
def test_a_parameter_that_is_packed_and_read_again_is_used(body):
    """The dictionary or the tuple is what is computed with."""
    assert slips_in_cells("f", [f"def f(x, y):\n    {body}"]) == []


@pytest.mark.parametrize(("count", "named"), [(20, 1), (21, 0)])
def test_of_many_parameters_none_is_sought_in_the_whole_function(count, named):
    """A learner may write hundreds, and each of them would be sought."""
    names = [f"p{i}" for i in range(count)]
    lines = ["p0 = 1", *(f"q = {name}" for name in names), "return q"]
    cell = f"def f({', '.join(names)}):\n    " + "\n    ".join(lines)

    assert len(slips_in_cells("f", [cell])) == named


def test_a_star_before_a_parameter_is_named():
    """And the parameter is none from outside, even where a variable is called so."""
    source = "def f(x, *dims, **more):\n    return x + dims[0] + more['a']\n"
    said = slips_in_cells("f", ["dims = [1, 2]", source])

    assert len(said) == 1
    assert "The star in `*dims` puts all arguments" in said[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("s = v * y", True),
        ("s = s + v * y", False),
        ("s = v * y\n        if s: break", False),
        ("if v: s = v * y", False),
        ("s = v", False),
        ("s = v * y\n        t += s", False),
    ],
)
def test_a_sum_that_forgets_is_named(body, said):
    """Where a name gets a new value in each pass, and none uses the one before."""
    loop = f"for v in x:\n        {body}\n"
    cell = f"def f(x, y):\n    s = t = 0\n    {loop}    return s + t * len(y)\n"
    found = slips_in_cells("f", [cell])

    assert any("only the last pass counts" in one for one in found) is said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("s = x[i] / y", True),
        ("r = x[i]\n        s = r / y", True),
        ("x = x - y\n        s = x * i", False),
        ("s = {'x': x + y}", False),
        ("y += x[i]\n        s = i * y", False),
    ],
)
def test_a_result_of_one_pass_is_named(body, said):
    """Where nothing of the passes before is in it, and none is kept."""
    cell = f"def f(x, y):\n    for i in range(3):\n        {body}\n    return s + y\n"
    found = slips_in_cells("f", [cell])

    assert any("only the last pass counts" in one for one in found) is said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("s = 0\n        s += v * y", "(`s = 0`)"),
        ("s = 0.0\n        s = s + v * y", "(`s = 0.0`)"),
        ("s = []\n        s.append(v * y)", "(`s = []`)"),
        ("s = {}\n        s[v] = y", "(`s = {}`)"),
        ("s = np.zeros(3)\n        s[v] += y", "(`s = np.zeros(3)`)"),
        ("s = 0\n        if v: s += y\n        if s: break", ""),
        ("s = 0\n        s += v\n        t += s", ""),
        ("s += v", ""),
        ("s = []\n        t += len(s)", ""),
    ],
)
def test_a_sum_that_begins_anew_is_named(body, said):
    """Where each pass of a loop sets it back, and it is read only after the loop."""
    loop = f"for v in x:\n        {body}\n"
    cell = f"def f(x, y):\n    t = y\n    {loop}    return s, t\n"
    found = [one for one in slips_in_cells("f", [cell]) if "anew" in one]

    assert bool(found) == bool(said)
    assert said in "".join(found)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("while x > 0: y = y + 1\n    return y", "condition `x > 0`"),
        ("while x > 0: x = x - y\n    return x", ""),
        ("while x > 0:\n        y += 1\n        if y > 9: break\n    return y", ""),
        ("while x.any(): y = y + 1\n    return y", ""),
        ("while True: y = y + x\n    return y", ""),
    ],
)
def test_a_condition_that_nothing_changes_is_named(body, said):
    """Where its names are plain, and no other way leads out of the loop."""
    found = slips_in_cells("f", [f"def f(x, y):\n    {body}\n"])
    endless = [one for one in found if "never ends" in one]

    assert bool(endless) is bool(said)
    assert said in "".join(endless)


def test_a_whole_number_is_no_slip_where_one_belongs():
    """In a range, an index or a size."""
    body = "z = np.zeros(x // y)\n    for i in range(x // y): z[i // y] = x\n"
    assert slips_in_cells("f", [f"def f(x, y):\n    {body}    return z\n"]) == []

    found = slips_in_cells("f", ["def f(x, y):\n    return x // y\n"])
    assert "rounds down" in found[0]
