"""What the worst submission costs the grader's side: seconds, and MB at their peak.

``python bench/floods.py`` grades one notebook for each kind of flood and prints a
table. Each is bounded by the sandbox's own limits, and each runs in a process of its
own, whose memory is compared with that of a quiet notebook.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time

from nbformat.v4 import new_code_cell, new_notebook

from autograder.nbgrader.execution import JudgedExecute
from autograder.store import Store
from helpers.checks.cases import NotebookCases

FLOODS = {
    "quiet": "print(1)",
    "tiny displays": "while True: display({}, raw=True)",
    "updates": "display({}, raw=True, display_id='d')\n"
    "while True: display({'text/plain': 'x' * 99}, raw=True, display_id='d', "
    "update=True)",
    "large displays": "while True: display({'text/html': 'x' * 7_000_000}, raw=True)",
    "text": "while True: print('x' * 100_000)",
    "values": "import struct\n"
    'body = b\'{"shown": "display_data", "content": [\' + b\'{},\' * 2_000_000 + '
    "b'{}]}'\nsend = get_ipython().display_pub.session._connection._socket.sendall\n"
    "while True: send(struct.pack('>I', len(body)) + body)",
    "values in errors": "import struct\n"
    'body = b\'{"shown": "error", "content": {"x": [\' + b\'{},\' * 199_990 + '
    "b'{}]}}'\nsend = get_ipython().display_pub.session._connection._socket.sendall\n"
    "while True: send(struct.pack('>I', len(body)) + body)",
    "answers": "import struct\n"
    "body = b'{\"number\": 3, \"reply\": [' + b'{},' * 20_000_000 + b'{}]}'\n"
    "send = get_ipython().display_pub.session._connection._socket.sendall\n"
    "send(struct.pack('>I', len(body)) + body)",
    "tags": "while True: display({'text/html': '<div>' * 6_000}, raw=True)",
    "Markdown": "for _ in range(99): display({'text/markdown': 'a\\n=\\n' * 3_700}, "
    "raw=True)",
}


def grade(name: str) -> dict[str, float]:
    """Grade a notebook of one flood in this process.

    Parameters
    ----------
    name : str
        The flood.

    Returns
    -------
    dict of str to float
        Seconds, and this process's MB at their peak.
    """
    cells = [new_code_cell(FLOODS["quiet"]), new_code_cell(FLOODS[name])]
    empty = Store("none", NotebookCases("none"), {}, {}, [])
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}, "course": {"store": empty}}
        graded, _ = JudgedExecute(timeout=30).preprocess(
            new_notebook(cells=cells), resources
        )
    return {
        "seconds": round(time.monotonic() - began, 1),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "kept": len(json.dumps(graded)) / 1e6,
    }


def measure(name: str) -> dict[str, float]:
    """Grade a notebook of one flood in a process of its own."""
    command = [sys.executable, __file__, name]
    done = subprocess.run(command, check=True, capture_output=True, timeout=300)
    return json.loads(done.stdout)


def main() -> None:
    """Print a table of all floods, or what one of them costs."""
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(grade(sys.argv[1])))
        return
    base = measure("quiet")["peak"]
    sys.stdout.write(
        "| flood | s | MB above a quiet notebook | MB kept |\n|---|--:|--:|--:|\n"
    )
    for name in FLOODS:
        found = measure(name)
        sys.stdout.write(
            f"| {name} | {found['seconds']:g} | {found['peak'] - base:.0f} "
            f"| {found['kept']:.2g} |\n"
        )


if __name__ == "__main__":
    main()
