"""The commands of ``python -m autograder``, one module a command."""
