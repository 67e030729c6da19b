"""Hand in a link that points to itself, which no copy can follow to its end."""

# nbgrader's own copy fails at the link; the runner leaves it out, and grades the rest.
REFUSED_BY = "nbgrader"
FIRST = 'print("TRIED")'


def prepare(place):
    """Make the link."""
    (place.submission / "loop").symlink_to("loop")
