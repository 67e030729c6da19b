"""Hand in folders nested deeper than a copy should go."""

FIRST = 'print("TRIED")'


def prepare(place):
    """Nest forty folders."""
    deep = place.submission.joinpath(*["d"] * 40)
    deep.mkdir(parents=True)
    (deep / "end.txt").write_text("deep")
