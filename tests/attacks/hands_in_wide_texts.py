"""Hand in texts of which one wide character makes all others take four bytes."""

from tests.attacks.suite import too_much_to_read

STOCK = "it exhausts the machine"
TRIED = False
HONEST = 0.0
SMILE = "\U0001f600"


def prepare(place):
    """Write 40 MB of cells, in the place of the notebook, and as many of outputs."""
    cell = '{"cell_type": "markdown", "metadata": {}, "source": "'
    output = f'{{"output_type": "stream", "text": "{SMILE}{"a" * 4_000_000}"}}'
    outputs = ", ".join([output] * 10)
    with (place.submission / "tiny.ipynb").open("w", encoding="utf-8") as file:
        file.write('{"cells": [')
        for _ in range(10):
            file.write(f'{cell}{SMILE}{"a" * 4_000_000}"}}, ')
        file.write(f'{{"cell_type": "code", "source": "", "outputs": [{outputs}]}}]}}')
    place.found["path"] = place.submission / "tiny.ipynb"


def harm(place):
    """Look what reading it costs."""
    return too_much_to_read(place, 150_000_000)
