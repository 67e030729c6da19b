"""Errors whose message tells a person what to do."""


class CourseError(ValueError):
    """What a command needs is missing or breaks a rule; the message says what to do."""
