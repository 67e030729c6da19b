"""What Run All shows is what counts, whatever later cells do."""

import functools
import os
import resource

import numpy as np
import pytest

from autograder.moments import HAVE_NUMBERS, Moment, watch
from autograder.store import read_store, store_path
from tests.course import CENTRE, SPREAD
from tests.driving import examined_in_shell

SETUP = "import math\nimport numpy as np\nimport helpers.statistics\nSCALE = [1.0]\n"
SETUP += "class Half:\n    two = 2"
HELPER = "def row_means(X):\n    return X.mean(axis=1)[:, None] * SCALE[0]"
# Uses a helper function, a list, a default value, built-ins, math and NumPy.
WORK = """def centre(X, power=1):
    total = sum(1 for _ in range(len(X)))
    assert total == math.sqrt(total) ** 2 or total
    assert Half.two == 2
    rows = [np.ravel(row) for row in X - row_means(X) ** power]
    return np.array(rows)"""
LATER = [
    "sum = 0",
    "len = range = None",
    "del row_means",
    "%reset -f",
    "import builtins\nbuiltins.sum = builtins.abs = lambda *a: 7",
    "np.ravel = np.array = lambda *a: None",
    "import numpy\nnumpy.mean = numpy.random = None",
    "math.sqrt = None",
    "import sys\nsys.modules['numpy'] = sys.modules['math'] = math = np = None",
    "import builtins\nbuiltins.zip = builtins.type = builtins.isinstance = None",
    "import builtins\nbuiltins.print = builtins.max = builtins.min = None",
    "import builtins\nfor name in [n for n in vars(builtins) if n[0] != '_']:\n"
    "    setattr(builtins, name, None)",
    "import builtins\ndel builtins.callable, builtins.dict, builtins.float",
    "def row_means(X):\n    return 0",
    "row_means.__code__ = (lambda X: 0).__code__",
    "centre.__defaults__ = (3,)",
    "SCALE[0] = 100.0",
    "SCALE = 'none'",
    "Half.two = 5",
    "centre = spread = None",
    "def centre(X):\n    raise ValueError",
    "np.seterr(all='raise')\nimport sys\nsys.setrecursionlimit(60)",
    "globals().clear()",
    "%load_ext autoreload\n%autoreload 2\nfrom importlib import reload\n"
    "reload(helpers.statistics)\nhelpers.statistics.np = None",
]


@pytest.fixture(scope="module")
def store(tiny_course):
    """Return the small assignment's store."""
    return read_store(store_path(tiny_course.root, "01_tiny", "tiny"))


def points(verdict):
    """Return points by check cell."""
    return {name: cell.points for name, cell in verdict.cells.items()}


@pytest.mark.slow
@pytest.mark.parametrize("later", LATER)
def test_a_later_cell_costs_nothing(store, tmp_path, later):
    """Both functions were right when their check cells ran."""
    cells = [SETUP, HELPER, WORK, "centre-check", SPREAD, "spread-check", later]

    _, verdict, _ = examined_in_shell(store, cells, tmp_path)

    assert points(verdict) == {"centre-check": 3.0, "spread-check": 4.0}
    assert verdict.functions["centre"].moment == ""


@pytest.mark.slow
def test_the_end_of_the_notebook_counts_where_it_is_better(store, tmp_path):
    """A helper defined below the check, and a function mended there, are found."""
    wrong = CENTRE.replace("X - mu", "X + mu")
    cells = [SETUP, wrong, "centre-check", SPREAD, "spread-check", CENTRE]

    _, verdict, _ = examined_in_shell(store, cells, tmp_path)

    assert points(verdict) == {"centre-check": 3.0, "spread-check": 4.0}
    assert verdict.functions["centre"].moment == "end"
    below = [SETUP, WORK, "centre-check", HELPER]
    _, verdict, _ = examined_in_shell(store, below, tmp_path)
    assert points(verdict)["centre-check"] == 3.0


@pytest.mark.slow
def test_a_function_is_judged_at_each_of_its_own_check_cells(store, tmp_path):
    """What is wrong at its check and stays so is driven once."""
    wrong = CENTRE.replace("X - mu", "X + mu")
    cells = [SETUP, wrong, "centre-check", SPREAD, "spread-check", "other = 1"]

    examination, verdict, _ = examined_in_shell(store, cells, tmp_path)

    assert points(verdict)["centre-check"] == 0.0
    assert [trial.name for trial in examination.trials["centre"]] == ["check"]
    assert verdict.functions["centre"].moment == ""


@pytest.fixture(params=[True, False], ids=["versions", "comparing"])
def _both_ways(request, monkeypatch):
    """Do without version numbers, too, as on interpreters that have none."""
    if not request.param:
        monkeypatch.setattr("autograder.moments.HAVE_NUMBERS", False)


@pytest.mark.usefixtures("_both_ways")
def test_a_moment_is_put_back_in_place():
    """Functions keep the dictionary of their names."""
    watch()
    names = {"np": np}
    exec("total = [1]\ndef f(x=1):\n    return sum(total) + x", names)
    function, moment = names["f"], Moment(names)
    exec("sum = total = None\nf.__defaults__ = (5,)\ndel f", names)
    add, np.add = np.add, None

    moment.restore()

    assert function() == 2
    assert "sum" not in names
    assert np.add is add


@pytest.mark.parametrize("way", ["np.mean = 0", "vars(np)['mean'] = 0", "del np.mean"])
def test_each_moment_has_what_was_bound_until_then(way):
    """What is bound in a module between two moments is in the second one only."""
    watch()
    names = {"np": np}
    mean, first = np.mean, Moment(names)
    exec(way, names)
    second = Moment(names)

    first.restore()
    restored = np.mean
    second.restore()
    later = vars(np).get("mean")
    first.restore()

    assert restored is np.mean is mean
    assert later is (None if "del" in way else 0)


@pytest.mark.skipif(not HAVE_NUMBERS, reason="no dictionary has a version here")
def test_putting_back_what_nobody_changed_copies_few_pages():
    """A forked child copies each page of its parent's that it counts a reference in."""
    watch()
    moment = Moment({"np": np})
    reading, writing = os.pipe()
    if os.fork() == 0:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        moment.restore()
        after = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        os.write(writing, str(after - before).encode())
        os._exit(0)
    faults = int(os.read(reading, 100))
    os.wait()

    assert faults < 200


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize(
    "later, differs",
    [
        ("", False),
        ("unrelated = 1", False),
        ("g = len", True),
        ("total.append(2)", True),
        ("array += 1", True),
        ("sum = max", True),
        ("del h", False),
    ],
)
def test_only_what_a_function_reaches_makes_a_difference(later, differs):
    """What it does not reach is no reason to drive it again."""
    watch()
    names = {"np": np}
    exec(
        "total, array = [1], np.ones(2)\ndef g():\n    return sum(total)\n"
        "def f():\n    return g() + array\ndef h():\n    return 0",
        names,
    )
    moment = Moment(names)
    exec(later, names)

    assert moment.differs("f", Moment(names)) is differs


@pytest.mark.parametrize(
    "later",
    [
        "Settings.power = 5",
        "del Settings.power",
        "Settings.more = 1",
        "one.power = 7",
        "one.__dict__.clear()",
    ],
)
def test_attributes_of_classes_and_objects_are_put_back(later):
    """As those that the notebook itself has made."""
    watch()
    names = {"__name__": "__main__"}
    exec(
        "class Settings:\n    power = 2\n    def __init__(self):\n"
        "        self.power = 3\none = Settings()\n"
        "def f():\n    return Settings.power, one.power, hasattr(one, 'more')",
        names,
    )
    moment = Moment(names)
    exec(later, names)

    assert moment.differs("f", Moment(names))

    moment.restore()

    assert names["f"]() == (2, 3, False)


@pytest.mark.parametrize(
    "wrapped",
    [
        "f = decorated(g)",
        "f = functools.partial(g)",
        "f = np.vectorize(g)",
        "f = functools.lru_cache(g)",
        "class F:\n    def __call__(self):\n        return h()\nf = F()",
        "class F:\n    @staticmethod\n    def call():\n        return h()\nf = F.call",
        "class F:\n    def call(self):\n        return h()\nf = F().call",
    ],
)
def test_what_a_wrapped_function_reaches_makes_a_difference(wrapped):
    """A decorator, a class or a part of functools may stand around a function."""
    watch()
    names = {"np": np, "functools": functools, "__name__": "__main__"}
    exec(
        "def h():\n    return 1\ndef g():\n    return h()\n"
        "def decorated(f):\n    return lambda: f()\n",
        names,
    )
    exec(wrapped, names)
    moment = Moment(names)
    exec("del h", names)

    assert moment.differs("f", Moment(names))
