"""The tests' own quality: what ``python -m autograder quality`` measures."""
