"""Fork inside a function, so that two processes answer the same case."""

STOCK = "it attacks the way to the judge, which stock nbgrader does not have"
LOSES = True
TRIED = False
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "spread": """
        def spread(X, power):
            import os
            os.fork()
            return np.zeros((len(X), 1)), np.zeros_like(X)
    """,
}
