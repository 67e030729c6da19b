"""What an exception means for a learner, said without its own words.

Only the kind of an exception is looked at, so nothing that a message carries
is repeated.
"""

import re

from helpers.strings import text

# Class of the exception, a pattern in its message, and what to say.
RULES = [
    ("UnboundLocalError", "", "unassigned"),
    ("NameError", "", "unknown_name"),
    ("KeyError", "", "key"),
    ("IndexError", "too many indices|invalid index to scalar", "too_many_indices"),
    ("IndexError", "boolean index", "index_mask"),
    ("IndexError", "integer|valid indices", "index_kind"),
    ("IndexError", "shape mismatch|broadcast", "broadcast"),
    ("IndexError", "empty", "empty"),
    ("IndexError", "", "index"),
    ("AxisError", "", "axis"),
    ("ZeroDivisionError", "", "zero_division"),
    ("RecursionError", "", "recursion"),
    ("LinAlgError", "", "linear_algebra"),
    ("OverflowError", "", "overflow"),
    ("ModuleNotFoundError|ImportError", "", "module"),
    ("ValueError", "matmul|not aligned|core dimension", "product"),
    ("ValueError", "einstein|einsum|subscript", "einsum"),
    ("ValueError", "could not convert|invalid literal", "operands"),
    ("ValueError", "broadcast", "broadcast"),
    ("ValueError", "truth value", "truth"),
    ("ValueError", "to unpack", "unpack"),
    ("ValueError", "cannot reshape", "reshape"),
    ("ValueError", "math domain|expected a (positive|nonnegative)", "domain"),
    ("ValueError", "inhomogeneous", "ragged"),
    ("ValueError", "setting an array element", "one_number"),
    ("ValueError", "negative dimensions|low >= high", "range"),
    ("ValueError", "dimensions|concatenat", "concatenate"),
    ("ValueError", "zero-size|empty", "empty"),
    ("ValueError", "range", "range"),
    ("ValueError", "axes|axis", "axis"),
    ("ValueError", "numbers", "length"),
    ("ValueError", "format", "format"),
    ("TypeError|AttributeError", "NoneType", "nothing"),
    ("TypeError", r"\^|bitwise_", "power"),
    ("TypeError", "operand.*'tuple'", "tuple"),
    ("TypeError", "not callable", "callable"),
    ("TypeError", "subscriptable|indices must|does not support item", "subscript"),
    ("TypeError", "concatenate", "operands"),
    ("TypeError", "unhashable", "unhashable"),
    ("TypeError", "has no len", "iterable"),
    ("TypeError|UFuncTypeError|_UFuncOutputCastingError", "output from", "cast"),
    ("TypeError", "loop of ufunc|safely|Cannot cast|real number", "operands"),
    ("TypeError", "'(str|dict)' object cannot be interpreted", "operands"),
    ("TypeError", "'(tuple|list)' object cannot be interpreted", "sizes"),
    ("TypeError", "argument|keyword", "arguments"),
    ("TypeError", "unpack|iterable", "iterable"),
    ("TypeError", "length-1|0-dimensional|format string|scalar", "one_number"),
    ("TypeError", "integer", "integer"),
    ("TypeError", "operand|ufunc|multiply|must be str|supported", "operands"),
    ("AttributeError", "", "attribute"),
    ("NotImplementedError", "helpers", "own_work"),
    ("NotImplementedError", "^$", "not_written"),
    ("AssertionError", "^$", "assertion"),
    ("RuntimeError", "changed size", "changed_size"),
    ("Unsupported", "nested|neither text", "strange_keys"),
    ("UFuncTypeError|_UFuncNoLoopError", "", "operands"),
]


def advice_on(error: str, message: str) -> str | None:
    """Say in a sentence what usually leads to an exception, and where to look.

    `error` is its class name, `message` its text, which is not repeated. None where
    nothing is known about it.

    Examples
    --------
    >>> advice_on("KeyError", "'dW2'")[:43]
    'a dictionary has no entry of the name that '
    """
    for names, pattern, key in RULES:
        if error in names.split("|") and re.search(pattern, message):
            return text(f"checks.advice.{key}")
    return None
