"""Attacks on the grader, one file each; `suite` says what a file holds."""
