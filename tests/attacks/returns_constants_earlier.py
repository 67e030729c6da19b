"""Let the first function return constants, so that the second looks right."""

# Given a right `centre`, this `spread` is right; the constants earn nothing.
HONEST = 4.0
LOSES = True
TRIED = False
CELLS = {
    "centre": """
        def centre(X):
            return np.zeros_like(X)
    """,
    "spread": """
        def spread(X, power):
            Z = centre(X)
            return np.mean(Z**power, axis=1, keepdims=True), Z
    """,
}
