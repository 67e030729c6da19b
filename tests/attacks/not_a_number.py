"""Return NaN, infinite and negative values, which some sums count as full marks."""

TRIED = False
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "spread": """
        def spread(X, power):
            return np.full((len(X), 1), np.nan), np.full(X.shape, -np.inf)
    """,
}
