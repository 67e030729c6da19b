"""Return more values, nested deeper, of more types than a judge may read."""

TRIED = False
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "spread": """
        def spread(X, power):
            deep = []
            for _ in range(5000):
                deep = [deep]
            loop = {}
            loop["loop"] = loop
            if len(X) % 3 == 0:
                return np.zeros(2**23), loop
            return (deep, loop) if len(X) % 3 == 1 else ({1: deep, None: 2}, 10**5000)
    """,
}
