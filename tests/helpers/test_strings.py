"""The strings that learners read."""

import pytest

from helpers.strings import text


def test_a_key_gives_its_string():
    """A dotted key finds the string in its table."""
    assert text("language.name") == "English"


def test_an_unknown_key_is_an_error_that_names_it():
    """A misspelled key does not end in an empty message."""
    with pytest.raises(KeyError, match=r"no\.such"):
        text("no.such")


def test_a_missing_translation_falls_back_to_english(monkeypatch):
    """A language without a file, or without the key, reads English."""
    monkeypatch.setenv("COURSE_LANGUAGE", "xx")

    assert text("language.name") == "English"
