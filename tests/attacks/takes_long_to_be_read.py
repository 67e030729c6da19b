"""Write a cell of so many statements that finding a function in it takes minutes."""

import json

STOCK = "it attacks the way to the judge, which stock nbgrader does not have"
TRIED = False
SLOW = 40
CELLS = {
    "centre": "def centre(X):\n    return X - np.mean(X, axis=1, keepdims=True)\n"
    + "x = 1\n" * 8_000,
}


def harm(place):
    """Look how long grading its notebook took."""
    course = json.loads(place.graded(place.name).read_text())["metadata"]["course"]
    return course["seconds"] > SLOW and course["seconds"]
