"""Forms in which a right answer may come: what is returned, and how it is defined."""

__all__ = ["in_all_forms"]

TOOLS = """
import collections as _c, copy as _copy, functools as _f, types as _t
import numpy as _np

def _map(value, array=lambda a: a, number=float, table=dict, series=None, key=str):
    def go(part):
        return _map(part, array, number, table, series, key)
    if isinstance(value, dict):
        return table({key(name): go(part) for name, part in value.items()})
    if isinstance(value, (tuple, list)):
        return (series or type(value))([go(part) for part in value])
    if isinstance(value, _np.ndarray) and value.ndim:
        return array(value)
    return number(value) if isinstance(value, (float, _np.floating)) else value

def _locked(a):
    a = a.copy()
    a.flags.writeable = False
    return a

def _strided(a):
    wide = _np.full(a.shape[:-1] + (2 * a.shape[-1],), 7, a.dtype)
    wide[..., ::2] = a
    return wide[..., ::2]

def _single(a):
    return a.astype(_np.float32) if a.dtype.kind == "f" else a

class _Array(_np.ndarray):
    pass

class _Table(dict):
    pass

_own = {name}
"""

RESULTS = {
    "single precision": "array=_single, number=_np.float32",
    "Fortran order": "array=_np.asfortranarray",
    "read-only": "array=_locked",
    "every other column of an array": "array=_strided",
    "other byte order": 'array=lambda a: a.astype(a.dtype.newbyteorder(">"))',
    "more digits": "array=lambda a: a.astype(_np.longdouble)",
    "a class of arrays": "array=lambda a: a.view(_Array)",
    "masked arrays": "array=_np.ma.asarray",
    "arrays of objects": "array=lambda a: a.astype(object)",
    "nested lists": "array=lambda a: a.tolist()",
    "lists of rows": "array=list",
    "arrays without an axis": "number=_np.array",
    "Python numbers": "number=float",
    "an ordered dictionary": "table=_c.OrderedDict",
    "a dictionary with a default": "table=lambda d: _c.defaultdict(list, d)",
    "keys from last to first": "table=lambda d: dict(reversed(d.items()))",
    "a class of dictionaries": "table=_Table",
    "a dictionary that cannot change": "table=_t.MappingProxyType",
    "keys of NumPy": "key=_np.str_",
    "lists for tuples": "series=list",
    "tuples for lists": "series=tuple",
    "deques": "series=_c.deque",
}

DEFINITIONS = {
    "a lambda": "{name} = lambda *args, **kwargs: _own(*args, **kwargs)",
    "a partial call": "{name} = _f.partial(_own)",
    "an object that is called": (
        "class _Call:\n    def __call__(self, *args, **kwargs):\n"
        "        return _own(*args, **kwargs)\n{name} = _Call()"
    ),
    "a generator": (
        "def _give(*args, **kwargs):\n    yield _own(*args, **kwargs)\n"
        "def {name}(*args, **kwargs):\n    return next(_give(*args, **kwargs))"
    ),
    "recursion": (
        "def {name}(*args, _n=20, **kwargs):\n"
        "    return {name}(*args, _n=_n - 1, **kwargs) if _n else _own(*args, **kwargs)"
    ),
    "copies of its inputs, prints and warnings": (
        "import warnings\ndef {name}(*args, **kwargs):\n    warnings.warn('mine')\n"
        "    print('x' * 5000)\n"
        "    return _own(*_copy.deepcopy(args), **_copy.deepcopy(kwargs))"
    ),
    "results that are kept": (
        "_all = []\ndef {name}(*args, **kwargs):\n"
        "    _all.append(_own(*args, **kwargs))\n    return _all[-1]"
    ),
    "inputs in single precision": (
        "def {name}(*args, **kwargs):\n"
        "    return _own(*(_map(a, array=_single) for a in args), **kwargs)"
    ),
}


def in_all_forms(function: str, code: str) -> list[tuple[str, str, str]]:
    """Return a right answer in every form, as function, form and text."""
    tools = code + TOOLS.replace("{name}", function)
    result = f"@_f.wraps(_own)\ndef {function}(*args, **kwargs):\n    return _map("
    forms = {
        form: f"{result}_own(*args, **kwargs), {how})\n"
        for form, how in RESULTS.items()
    }
    forms |= {
        form: text.replace("{name}", function) + "\n"
        for form, text in DEFINITIONS.items()
    }
    return [(function, form, tools + text) for form, text in forms.items()]
