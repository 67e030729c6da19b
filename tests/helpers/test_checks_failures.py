"""What is said of an exception: the expression, and the shapes that met there."""

import itertools
import linecache
import math

import numpy as np
import pytest

from helpers.checks.advice import advice_on
from helpers.checks.calls import call
from helpers.checks.cases import Case
from helpers.checks.evidence import evidence_of
from helpers.checks.recognition import Run
from helpers.checks.report import question_for

NUMBERS = itertools.count()
X, W, b = np.ones((3, 5)), np.ones((4, 2)), np.ones((4, 1))


def define(source):
    """Run a cell as IPython does, with its text at hand for tracebacks."""
    name = f"<cell {next(NUMBERS)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    namespace = {"np": np, "X_test": np.ones(3)}
    exec(compile(source, name, "exec"), namespace)
    return namespace["f"]


def advice(body, *args, before=""):
    """Return the advice on a function of one line that raises."""
    names = ("X", "W", "b")[: len(args)]
    source = f"{before}def f({', '.join(names)}):\n    {body}\n    return 0\n"
    outcome = call(define(source), args, {})
    assert outcome.error is not None
    return outcome.advice


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("X ^ 2", "a power is written with `**`".replace("a power", "A power")),
        ("centred = (X - X.mean()) ^ 2", "In Python `^` is not a power"),
        ("if X is None: A = 1\n    A + X", "`A` is used before a value is assigned"),
        (
            "W @ X",
            "`W` has shape (4, 2), `X` has shape (3, 5). The number of columns of the "
            "left factor (2)",
        ),
        (
            "np.dot(W, X)",
            "left factor (2) and the number of rows of the right factor (3)",
        ),
        ("W.dot(X)", "The matrix product does not fit"),
        ("np.dot(W.T, X) + b", "`W.T` has shape (2, 4), `X` has shape (3, 5)"),
        ("X + b", "entry by entry: `X` has shape (3, 5), `b` has shape (4, 1)"),
        ("np.multiply(X, W)", "do not fit together entry by entry"),
        ("X += b", "does not fit into the array on the left"),
        ("np.random.randn((3, 4))", "takes the sizes as separate arguments"),
        ("np.zeros(3, 4)", "takes the shape as one tuple"),
        ("np.zeros(X)", "`X` has shape (3, 5): it is an array. Is its shape meant?"),
        ("e ** X", "NumPy has a constant of this name"),
        ("round(X)", "`round` takes one number, and `X` has shape (3, 5)"),
        ("max(0, X)", "NumPy has `maximum`"),
        ("import math\n    math.exp(-abs(X))", "`math.exp` takes one number"),
        ("import math\n    math.exp(-X.clip(0))", "entry by entry"),
        ("L = 6 / 2\n    range(1, L)", "whole numbers: `L` is the number 3.0."),
        ("X @ 2.0", "two arrays with axes: `X` has shape (3, 5), `2.0` is the number"),
        (
            "W * np.ones((2, 3))",
            "Does the formula have a product entry by entry here, or a matrix",
        ),
        (
            "X @ X",
            "equal shape fit in a product entry by entry, or in a matrix product",
        ),
        (
            "W * (X > 0)",
            "entry by entry: `W` has shape (4, 2), `X > 0` has shape (3, 5)",
        ),
        ("p = {'V': X}\n    V @ X", "the dictionary `p` has a key of this name"),
        ("p = {'V': X}\n    V = V - X", "the dictionary `p` has a key of this name"),
        ("Y = np.float64(2)\n    Y['dw']", "`Y` is the number 2.0; it has no entries"),
        ("Y = h(X, X), X\n    np.log(Y)", "only one of its values is meant?"),
        ("if X > 0: pass", "is an array of True and False, one for each entry"),
        ("X if X > 0 else 0", "cannot decide an `if`"),
        ("X > 0 and W > 0", "`and` needs one True or False. To combine arrays"),
        ("np.sum(X > 0 or W > 0)", "write `|`, with each comparison in brackets"),
        ("m = X.shape; X / m", ""),
        ("m = X.shape\n    range(m)", "`m` is the tuple (3, 5)"),
        ("m = X.shape\n    m / 2", "`m` is the tuple (3, 5), not a number"),
        (
            "rows, columns, more = X.shape",
            "The number of names on the left is 3, and `X.shape`",
        ),
        ("Z = None\n    np.exp(Z) + Z", ""),
        ("Z = None\n    Z + X", "`Z` is None"),
        ("Z = None\n    Z.shape", "`Z` is None"),
        (
            "math.exp(1)",
            "The module `math` is not imported. Add the line `import math`",
        ),
        ("import math\n    math.exp(X)", "`math.exp` takes one number, and `X` has"),
        (
            "import math\n    math.log(X.sum() - 15)",
            "`math.log` is not defined for this number: `X.sum() - 15` is the number 0",
        ),
        (
            "np.random.randn(4, 5 * 0.01)",
            "`randn` are whole numbers: `5 * 0.01` is the",
        ),
        (
            "n = 2.0\n    np.zeros((3, n))",
            "`zeros` are whole numbers: `n` is the number 2",
        ),
        (
            "n = (3, 5)\n    np.zeros((n, 1))",
            "In the call of `np.zeros`, `n` is the tuple",
        ),
        (
            "X / np.linalg.norm(X, axis=1).reshape(1, -1)",
            "`np.linalg.norm(X, axis=1).reshape(1, -1)` has shape (1, 3)",
        ),
        (
            "np.append(X, 1).reshape(3, 5)",
            "`np.append(X, 1)` has 16 entries; the new shape (3, 5) has another number",
        ),
        ("1 - sorted(X.ravel())", "`sorted(X.ravel())` gives a value of the kind list"),
        ("np.zero((2, 2))", "`np` has no `zero`. Names like it: `zeros`"),
        ("np.sums(X)", "Names like it: `sum`"),
        ("Zed = X\n    return Zeds", "There is no name `Zeds`. Names like it: `Zed`"),
        ("exp(X)", "NumPy has a function of this name"),
        ("d = {'W1': 1}\n    d['W' + str(2)]", "has no key 'W2'. Its keys: 'W1'"),
        (
            "c = [1, 2]\n    c[2]",
            "The elements of `c` have the numbers 0 to 1; there is no",
        ),
        ("X[3, 0]", "index 3 on axis 0 lies beyond 2"),
        (
            "X[int(X[0, 0]) + 2, 0]",
            "`X` has shape (3, 5): index 3 on axis 0 lies beyond 2",
        ),
        ("X[X[0, 0], 0]", "An index of `X` is 1.0, a number with a decimal point"),
        ("X[0, 1, 2]", "3 indices stand behind `X`, which has shape (3, 5)"),
        ("np.sum([X, W, b])", "In the call of `np.sum`, `[X, W, b]` is a list of 3."),
        ("np.sum(X, axis=2)", "An axis is named that the array does not have: `X` has"),
        ("X.reshape(4, 4)", "so the number of its entries is 15; the new shape (4, 4)"),
        ("X(2)", "`X` has shape (3, 5) and is no function"),
        ("t = 0\n    1 / t", "`t` is 0, and something is divided by it"),
        ("X[0][0][0]", ""),
        ("Y = 3.0\n    Y[0]", "`Y` is the number 3.0; it has no entries"),
        ("np.sum[X]", "takes round brackets, not square ones"),
        ("c = [1]\n    c['W1']", "is a list of 1, whose elements are numbered"),
        ("i = np.arange(3)\n    i /= 2", "`i` holds whole numbers (int64)"),
        ("assert X.shape == (1, 5)", "`X.shape == (1, 5)`, and that does not hold"),
        (
            "m = 5\n    assert X.shape == (1, m)",
            "Here `X.shape` is (3, 5); `(1, m)` is",
        ),
        (
            "g(X, W)",
            "`g` takes (a), and the number of arguments by position in this call is 2",
        ),
        ("g(W=X)", "`g` has no argument `W`. Its arguments are (a)."),
        ("h(X, X=X)", "`h` takes (X, W), and this call gives `X` twice"),
        ("h(W=X)", "this call gives no value for `X`"),
        ("X.max(dim=0)", "`X.max` has no argument `dim`. In NumPy"),
        ("np.sum(X, keepdim=True)", "this argument is called `keepdims`"),
        ("np.zeros((3, 1), typ=int)", "`np.zeros` has no argument `typ`."),
        ("r(X)", "`r` calls itself, again and again without an end."),
        ("import nowhere_at_all", "The module `nowhere_at_all` is not installed here"),
        ("torch.zeros(3)", "`torch` is not imported here. The exercises of this"),
        ("p = {'Z': X, 'A': W}\n    Z, A = p\n    A - X", "gives its keys, not its"),
        ("p = {'Z': X}\n    for Z in p:\n        Z - X", "the dictionary `p` apart"),
        ("p = {'Z1': X}\n    for a, c, d in p:\n        pass", "gives its keys only"),
        ("t() - t()", "`t()` gives a tuple, because the function returns several"),
        ("X[np.array([0.0, 2.0])]", "is an array with decimal points (float64)"),
        ("X[W > 0]", "and the condition in its square brackets has shape (4, 2)"),
        ("X[np.array([0, 7]), :]", "index 7 on axis 0 lies beyond 2, the last one"),
        ("u(X)", "This happens in `u`, which is called here. The matrix product does"),
        ("g(None) + X", "`g` returned None"),
        (
            "h(W, X)",
            "stand in another order: it takes (X, W), and the call gives (W, X)",
        ),
    ],
)
def test_an_exception_is_explained_by_its_expression(body, sentence):
    """Two shapes, the name that is None, the missing import: what a learner can use."""
    before = "def g(a):\n    pass\ndef h(X, W):\n    return X.T @ W\n"
    before += "def r(a):\n    return r(a)\ndef t():\n    return 1, 2\n"
    before += "def u(A):\n    return A @ A\n"

    said = advice(body, X, W, b, before=before)

    assert sentence in said
    assert "gufunc" not in said


def test_what_an_exception_means_is_said_without_its_text_too():
    """In grading nothing of a learner's process is repeated, and all of it is true."""
    x = np.ones(3)
    for expression, sentence in [
        ("x[np.array([0.0])]", "an index is no whole number"),
        ("x['W1']", "an index is no whole number"),
        ("x[np.ones(4, bool)]", "a condition has another length"),
        ("[1, 2][2]", "an index lies beyond the end"),
        ("[].pop()", "an array without any entry"),
        ("2.0 ^ 2", "`^` is not a power"),
        ("x ^ 2", "`^` is not a power"),
        ("(1, 2) - (3, 4)", "a tuple stands where a number"),
        ("np.zeros(((2, 3), 1))", "a tuple or a list stands where one whole number"),
        ("np.zeros('3')", "an operation was tried on values that do not have it"),
        ("np.zeros((2, -1))", "a size or a range is not possible"),
        ("np.exp({})", "an operation was tried on values that do not have it"),
        ("np.exp('x')", "an operation was tried on values that do not have it"),
        ("np.abs('x')", "an operation was tried on values that do not have it"),
        ("np.exp((x, (x, x)))", "values of different shapes stand where one array"),
        ("np.arange(3).__itruediv__(2)", "whole numbers cannot take a fraction"),
        ("math.log(0)", "a function such as a logarithm or a root has no value"),
        ("math.sqrt('x')", "an operation was tried on values that do not have it"),
    ]:
        with pytest.raises(Exception) as caught:
            eval(expression, {"x": x, "np": np, "math": math})

        said = advice_on(caught.type.__name__, str(caught.value))

        assert (said or "").startswith(sentence), expression


def test_the_explanation_runs_no_code_of_the_learners():
    """A name may be bound to anything; only plain arrays take part."""
    body = "g(1) + 'text'\n"
    before = "def g(a):\n    calls.append(a)\n    return 1\ncalls = []\n"
    source = f"{before}def f():\n    return {body}"
    function = define(source)

    call(function, (), {})

    assert function.__globals__["calls"] == [1]


def test_without_the_text_of_the_cell_nothing_is_explained():
    """Then the general advice on the exception's kind remains."""
    namespace = {"np": np, "math": math}
    exec("def f():\n    return 1 + None", namespace)

    assert call(namespace["f"], (), {}).advice == ""


@pytest.mark.parametrize(
    ("bodies", "question"),
    [
        (["nowhere + X"], "Where should the name in the error"),
        (
            ["if X is None: A = 1\n    A + X"],
            "Where should the name in the error",
        ),
        (["{}['W0']"], "Print the keys of the dictionary in the error"),
        (["X[9]"], "what is the last index that exists"),
        (["X['dw']"], "shapes and kinds of the values"),
        (["np.float64(2)['dw']"], "shapes and kinds of the values"),
        (["W @ X"], "shapes and kinds of the values"),
        (["X[9]", "W @ X"], "shapes and kinds of the values"),
    ],
)
def test_the_general_question_fits_the_exception(bodies, question):
    """A name, a key and an index are asked for in words of their own."""
    runs = []
    for body in bodies:
        source = f"def f(X, W):\n    {body}\n    return 0\n"
        runs.append(Run(Case((X, W), {}), call(define(source), (X, W), {}), []))

    assert question in question_for(runs, evidence_of([]))


@pytest.mark.parametrize(
    ("cells", "body", "sentences"),
    [
        (
            ["import numpy as np", "np = None"],
            "np.exp(X)",
            ["no longer the module NumPy: it is None.", "sets it: `np = None`."],
        ),
        (
            ["import numpy as np", "for np in range(3):\n    pass"],
            "Z = np.sum(X)",
            ["it is the number 2.", "`for np in range(3):`", "with the imports again"],
        ),
        (
            ["with open('x') as f:\n    sum = 0"],
            "sum(X)",
            ["`sum` is no longer a function: it is the number 0.", "`del sum`"],
        ),
        (
            ["from helpers.activations import relu", "relu = [0, 1]"],
            "relu(X)",
            ["`relu` is no longer a function: it is a list of 2", "`relu = [0, 1]`"],
        ),
        ([], "np.exp(X)", ["`np` is no longer the module NumPy"]),
        (7, "np.exp(X)", ["`np` is no longer the module NumPy"]),
    ],
)
def test_a_rebound_module_or_function_is_named(cells, body, sentences):
    """With the line that rebinds it, where the history of cells tells it."""
    f = define(f"def f(X):\n    {body}\n    return 0\n")
    name = body.partition(" = ")[2] or body
    values = {"np.exp(X)": None, "np.sum(X)": 2, "sum(X)": 0, "relu(X)": [0, 1]}
    f.__globals__[name[: name.index("." if "." in name else "(")]] = values[name]
    f.__globals__["In"] = cells
    said = call(f, (X,), {}).advice

    assert all(sentence in said for sentence in sentences), said


def test_a_local_name_of_a_module_is_no_module_that_was_rebound():
    """What a function itself assigns is explained as any other value."""
    said = advice("np = None\n    np.exp(X)", X)

    assert "no longer" not in said
    assert "`np` is None" in said


def test_an_assert_on_an_array_says_what_the_array_is():
    """Its kind, in the place of its numbers."""
    said = advice("assert X is W, 'other'", X, W)

    assert "`X` has shape (3, 5); `W` has shape (4, 2)" in said
