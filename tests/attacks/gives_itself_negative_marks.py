"""Give a negative and an infinite mark as partial credit, which some count as full."""

TRIED = False
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "centre-check": "float('inf')",
    "spread-check": "-0.5",
}
