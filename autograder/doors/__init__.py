"""Other ways in than nbgrader: a function, JSON, and what other platforms call."""
