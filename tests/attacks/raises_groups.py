"""Raise groups, notes and causes whose texts hold hidden inputs, or are endless."""

TRIED = False
STOCK = "it attacks the way to the judge, which stock nbgrader does not have"
HONEST = 0.0
CELLS = {
    "centre": """
        def centre(X):
            told = "LOOT" + repr(X.tolist())
            errors = [ValueError(told), KeyError(told), OSError(7, told)]
            for error in errors:
                error.add_note(told)
            group = ExceptionGroup(told, errors)
            for _ in range(200):
                group = ExceptionGroup(told, [group])
            raise group from type(told.replace(" ", ""), (Exception,), {})(told)
    """,
    "spread": """
        class Endless(Exception):
            def __str__(self):
                return "LOOT" * 10**7
            def __repr__(self):
                raise self
            __cause__ = property(lambda self: self)
        def spread(X, power):
            raise Endless(X)
    """,
}


def harm(place):
    """Look for hidden inputs and for all of the long text on the page."""
    pages = (place.root / "feedback" / place.name).rglob("*.html")
    texts = [page.read_text() for page in pages]
    return ["8675309" in t or len(t) > 5_000_000 for t in texts if "8675309" in t]
