"""Tell hidden inputs by shapes, ratios, keys, types, errors, warnings and names.

What is told of a hidden case is one of a few words of the judge's.
"""

import json
import re

TRIED = False
HONEST = 0.0
STOCK = "it attacks the way to the judge, which stock nbgrader does not have"
CELLS = {
    "centre": """
        import warnings
        def centre(X):
            told = "".join(f"x{abs(v):.6f}".replace(".", "_") for v in X.ravel()[:3])
            warnings.warn("LOOT" + told)
            print("LOOT" + told)
            way = X.shape[0] % 4
            if way == 0:
                return np.zeros((7, 77, int(1000 * abs(X[0, 0])) % 977 + 1))
            if way == 1:
                raise type("LOOT" + told, (ValueError,), {})("LOOT" + told)
            if way == 2:
                return type("LOOT" + told, (), {})()
            return {"LOOT" + told: X}
    """,
    "spread": """
        def spread(X, power):
            told = "".join(f"x{abs(v):.6f}".replace(".", "_") for v in X.ravel()[:3])
            right = X - X.mean(axis=1, keepdims=True)
            errors = [IndexError, KeyError, OSError, ArithmeticError, EOFError]
            if X.shape[0] == 5:
                raise errors[int(1e6 * X[0, 0]) % 5]("LOOT" + told)
            return right * 3.14159 * X[0, 0] + 0.1, ("LOOT" + told, X)
    """,
}


def harm(place):
    """Look for anything of hidden inputs in the graded notebook and the feedback."""
    graded = place.graded(place.name)
    pages = list((place.root / "feedback" / place.name).rglob("*.html"))
    texts = [p.read_text(errors="replace") for p in [graded, *pages] if p.is_file()]
    rows = [
        row
        for text in texts
        for row in re.findall(r"<tr>.*?</tr>", text, re.DOTALL)
        if "hidden" in row and re.search(r"LOOT|Error|\d{3,}|3\.14", row)
    ]
    metadata = json.dumps(json.loads(graded.read_text())["metadata"])
    return rows + (["metadata"] if "LOOT" in metadata else [])
