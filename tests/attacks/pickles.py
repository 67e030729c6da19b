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

    from autograder.files import files_below

    mark = "unpickled-here-61d0"
    found = [p for p in (Path(mark),) if p.exists()]
    found += [p for p in files_below(place.root, deepest=20) if p.name == mark]
    for path in found:
        os.remove(path)
    return found
