"""Carry the inputs of hidden cases out by every way that a learner can read."""

LOSES = True
TRIED = False
CELLS = {
    "centre": """
        import sys, warnings
        kept = []
        def centre(X):
            seen = "seen " + repr(X.tolist())
            kept.append(seen)
            print(seen)
            print(seen, file=sys.stderr)
            warnings.warn(seen)
            with open("loot.txt", "a") as file:
                file.write(seen)
            from IPython.display import display
            display({"text/plain": seen}, raw=True, display_id="loot")
            if len(X) == 2:
                name = "".join(c for c in seen if c.isalnum())
                raise type(name, (Exception,), {})(seen)
            return {seen: X, "Z": seen}
    """,
    "spread": """
        def spread(X, power):
            return " ".join(kept), [X.tolist()]
    """,
}


def harm(place):
    """Look for the file that it wrote."""
    return list((place.root / "autograded" / place.name).rglob("loot.txt"))
