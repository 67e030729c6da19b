"""What the worst files cost each command: seconds, and MB at the peak of a process.

``python -m bench.worst_files`` makes a small course, hands in one file of each kind
and prints a table. A quiet notebook shows what a command costs by itself.
"""

import base64
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from hashlib import shake_256
from pathlib import Path

import numpy as np
from PIL import Image

from autograder.nbgrader.course import Course
from tests import course as tiny

ROOT = Path(__file__).parents[1]
ASSIGNMENT = "01_tiny"
WIDE = "\U0001f600"  # one of it makes each character of a text take four bytes
Form = dict
SHOW = """
import base64, io
import numpy as np
from PIL import Image
print("\\U0001f600")
for seed in range(3):
    noise = np.random.default_rng(seed).integers(0, 255, (990, 990, 3), dtype=np.uint8)
    body = io.BytesIO()
    Image.fromarray(noise).save(body, "PNG")
    display({"image/png": base64.b64encode(body.getvalue()).decode()}, raw=True)
"""
MEASURE = """
import json, resource, subprocess, sys, time
began = time.monotonic()
subprocess.run(sys.argv[1:], capture_output=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(json.dumps([peak, round(time.monotonic() - began, 1)]))
"""


def image(seed: int) -> str:
    """Return a PNG image of 4 MB in Base64."""
    noise = np.random.default_rng(seed).integers(0, 255, (990, 990, 3), dtype=np.uint8)
    body = io.BytesIO()
    Image.fromarray(noise).save(body, "PNG")
    return base64.b64encode(body.getvalue()).decode()


def code(name: str, source: str) -> Form:
    """Return a code cell."""
    parts = {"cell_type": "code", "metadata": {}, "outputs": []}
    return {**parts, "id": name, "execution_count": None, "source": source}


def wide_outputs(form: Form) -> None:
    """Add 190 MB of outputs."""
    text = WIDE + "a" * 4_000_000
    output = {"output_type": "stream", "name": "stdout", "text": text}
    form["cells"][1]["outputs"] = [output] * 48


def wide_cells(form: Form) -> None:
    """Add 15 MB of cells."""
    for i in range(32):
        cell = code(f"more-{i}", WIDE + "a" * 490_000)
        form["cells"].insert(1, {**cell, "cell_type": "markdown"})


def keys(form: Form) -> None:
    """Add 200,000 names to a cell."""
    names = {f"{i}{WIDE}{'a' * 100}": 0 for i in range(200_000)}
    form["cells"][1]["metadata"] = names


def images(form: Form) -> None:
    """Attach 20 MB of images, and show 36 MB."""
    for cell in form["cells"]:
        if cell["id"] == "why":
            shown = "\n\n".join(f"![](attachment:{i}.png)" for i in range(5))
            cell["source"] = f"{WIDE}\n\n{shown}"
            cell["attachments"] = {
                f"{i}.png": {"image/png": image(i)} for i in range(5)
            }
    form["cells"][1:1] = [code(f"show-{i}", SHOW) for i in range(3)]


KINDS: dict[str, Callable[[Form], None]] = {
    "quiet": lambda form: None,
    "wide outputs": wide_outputs,
    "wide cells": wide_cells,
    "keys": keys,
    "images": images,
}


def archive(path: Path, released: str) -> None:
    """Write an archive of Canvas with nine renamed notebooks, and a zip of long names.

    Parameters
    ----------
    path : Path
        Where.
    released : str
        The notebook that learners get.
    """

    def noise(name: str, count: int) -> str:
        return shake_256(name.encode()).hexdigest(count // 2)

    names = io.BytesIO()
    with zipfile.ZipFile(names, "w") as inner:
        for i in range(390):
            inner.writestr(f"{WIDE}{noise(str(i), 60_000)}.txt", "")
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as outer:
        for i in range(9):
            form = json.loads(released)
            for k in range(33):
                cell = code(f"more-{k}", WIDE + noise(f"{i}-{k}", 480_000))
                form["cells"].append({**cell, "cell_type": "markdown"})
            written = json.dumps(form, ensure_ascii=False)
            outer.writestr(f"ada_1_{10 + i}_work{i}.ipynb", written)
        outer.writestr("ben_2_30_names.zip", names.getvalue())
        outer.writestr("zoe_3_31_tiny.ipynb", released)


def commands(student: str, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands that read a learner's file, or what was made of it."""
    ours = [sys.executable, "-m", "autograder"]
    theirs = [str(Path(sys.executable).with_name("nbgrader"))]
    one = ["--student", student, "--force"]
    yield "grade", [*ours, "grade", ASSIGNMENT, *one]
    yield "feedback", [*ours, "feedback", ASSIGNMENT, *one]
    yield "grade-file", [*ours, "grade-file", str(folder), "--assignment", ASSIGNMENT]
    yield "nbgrader autograde", [*theirs, "autograde", ASSIGNMENT, *one]
    yield "generate_feedback", [*theirs, "generate_feedback", ASSIGNMENT, *one]


def measured(root: Path, command: list[str]) -> str:
    """Run a command; return the MB at the peak of one of its processes, and seconds."""
    run = [sys.executable, "-c", MEASURE, *command]
    done = subprocess.run(run, cwd=root, check=True, capture_output=True, text=True)
    peak, seconds = json.loads(done.stdout)
    return f"{peak} ({seconds:g} s)"


def main() -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        tiny.write_source(root)
        config = (ROOT / "nbgrader_config.py").read_text()
        (root / "nbgrader_config.py").write_text(config)
        Course(root).generate(ASSIGNMENT)
        released = (root / "release" / ASSIGNMENT / "tiny.ipynb").read_text()
        heads = [name for name, _ in commands("", root)]
        sys.stdout.write(f"| MB (s) | {' | '.join(heads)} |\n|---|{'--:|' * 5}\n")
        for kind, change in KINDS.items():
            student = kind.replace(" ", "-")
            place = root / "submitted" / student / ASSIGNMENT
            place.mkdir(parents=True)
            form = json.loads(released)
            change(form)
            written = json.dumps(form, ensure_ascii=False)
            (place / "tiny.ipynb").write_text(written, encoding="utf-8")
            row = [measured(root, one) for _, one in commands(student, place)]
            sys.stdout.write(f"| {kind} | {' | '.join(row)} |\n")
            sys.stdout.flush()
        archive(root / "downloaded" / ASSIGNMENT / "archive" / "a.zip", released)
        collect = [str(Path(sys.executable).with_name("nbgrader")), "zip_collect"]
        sys.stdout.write(f"\nzip_collect: {measured(root, [*collect, ASSIGNMENT])}\n")


if __name__ == "__main__":
    main()
