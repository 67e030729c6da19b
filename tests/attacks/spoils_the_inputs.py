"""Spoil inputs, warnings, the generator and the printing for the cases after."""

TRIED = False
CELLS = {
    "centre": """
        def centre(X):
            Z = X - np.mean(X, axis=1, keepdims=True)
            X[...] = 0
            np.random.seed = np.random.RandomState = lambda *a: None
            np.set_printoptions(threshold=0, precision=0)
            np.seterr(all="raise")
            return Z
    """,
}
