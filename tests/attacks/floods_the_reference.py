"""Ask the reference too often, for too much, and for what is nested or odd."""

STOCK = "it attacks the reference, which stock nbgrader does not have"
LOSES = True
TRIED = False
HONEST = 4.0
CELLS = {
    "centre": """
        def centre(X):
            return np.zeros_like(X)
    """,
    "spread": """
        def spread(X, power):
            import time
            nested = [1.0]
            for _ in range(500):
                nested = [nested]
            ring = []
            ring.append(ring)
            odd = [np.zeros(1_000_000), nested, ring, object(), centre, 1j, b"x" * 9]
            odd += ["x" * 1_000_000, np.array([None]), float("nan"), 2**200, {1.5: X}]
            odd += [{"array": {"dtype": "O", "shape": [-1]}}, np.zeros((0, 3)), None]
            for thing in odd:
                for call in (lambda: centre(thing), lambda: centre(X, thing),
                             lambda: centre(X=thing), lambda: centre(**{"a" * 99: 1})):
                    try:
                        call()
                    except Exception:
                        pass
            end = time.time() + 1.0
            while time.time() < end:
                centre(X)
            Z = centre(X)
            return np.mean(Z**power, axis=1, keepdims=True), Z
    """,
}
