"""Hand in a link that points to itself, which no copy can follow to its end."""

REFUSED = True


def prepare(place):
    """Make the link."""
    (place.submission / "loop").symlink_to("loop")
