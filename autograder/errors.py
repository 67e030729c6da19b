"""Errors whose message tells a person what to do."""

__all__ = ["CourseError"]


class CourseError(ValueError):
    """Something that a command needs is missing; the message says what to do."""
