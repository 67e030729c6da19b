"""Write a check cell whose value is the mark, negative, NaN or far too high."""

TRIED = False
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "centre-check": "float('nan')",
    "spread-check": "-1000.0 if False else 4.0",
}
