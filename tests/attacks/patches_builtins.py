"""Patch builtins that a comparison would use."""

LOSES = True
TRIED = False
FIRST = """
import builtins
builtins.all = lambda *a: True
builtins.any = lambda *a: False
builtins.abs = lambda x: 0
builtins.isinstance = lambda *a: True
"""
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "spread": """
        def spread(X, power):
            return np.zeros((len(X), 1)), np.zeros_like(X)
    """,
}
