"""Return an object that runs a command where it is unpickled."""

TRIED = False
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "spread": """
        class Trap:
            def __reduce__(self):
                return (open, ("unpickled-here-61d0", "w"))
        def spread(X, power):
            return np.array([Trap()], dtype=object), Trap()
    """,
}


def harm(place):
    """Look for what the command would have left."""
    import os
    from pathlib import Path

    found = [p for p in (Path("unpickled-here-61d0"),) if p.exists()]
    found += list(place.root.rglob("unpickled-here-61d0"))
    for path in found:
        os.remove(path)
    return found
