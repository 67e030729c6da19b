"""A fuzzer: notebooks, outputs, archives, frames and answers that may be anything.

``python -m tests.fuzzing 10`` tries new ones for ten minutes, and says with which
seed to try the same again. The tests try a few hundred that are always the same.
"""

from __future__ import annotations

import copy
import json
import logging
import random
import shutil
import socket
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import nbformat
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from traitlets.config import Config

from autograder.examination import Examination, NoAnswer
from autograder.feedback import cell_html
from autograder.healing import heal
from autograder.judging import Judge
from autograder.nbgrader.course import Course
from autograder.nbgrader.feedback_pages import FeedbackExporter
from autograder.nbgrader.sanitizing import rebuilt
from autograder.outputs import Gate
from autograder.protocol import TOO_LARGE
from autograder.sandbox.session import HEAD, Ended, Failed, Session, TooSlow
from autograder.skimming import Skimmer
from autograder.store import read_store, store_path
from autograder.submissions import parse_submission
from tests import course as tiny
from tests.attacks.spoils_an_archive import packed
from tests.autograder import test_hostile_notebooks as hostile

__all__ = ["KINDS", "Fuzzer"]

SECRET = "LOOT7741"
SLOWEST = 20.0  # seconds of processor time on a busy machine; faults took minutes

WORDS = st.sampled_from(
    [
        *(
            "",
            "x",
            SECRET,
            "\0",
            "\x1b[31m",
            "\ud800",
            "\u202e",
            "e\u0301",
            "\U0001f3fb",
        ),
        *("text/html", "text/plain", "text/latex", "text/markdown", "image/png"),
        *("image/svg+xml", "stdout", "stderr", "stream", "error", "display_data"),
        *("execute_result", "update_display_data", "clear_output", "comm_open"),
        *("shown", "content", "number", "reply", "failed", "asked", "value", "array"),
        *("dtype", "shape", "base64", "data", "list", "tuple", "dict", "float"),
        *(
            "unreadable",
            "function",
            "outcomes",
            "kind",
            "seconds",
            "differs",
            "message",
        ),
        *("warned", "changed", "shared", "aliased", "again", "same", "advice", "line"),
        *("float64", "int8", "bool", "nan", "timeout", "crash", "TimeLimit", "c\nd"),
        *hostile.SCRIPTS,
    ]
)
NUMBERS = st.sampled_from(
    [0, 1, -1, 2, 7, 2**31, 2**63, -(2**63), 2**200, 0.5, -0.0, 1e300, 1e-320]
)
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, WORDS)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4)
    ),
    max_leaves=12,
)
PIECES = st.sampled_from(
    [
        *(
            "<",
            "<div>",
            "<td colspan=9>",
            "<b ",
            "</p>",
            "&",
            "&#x301;",
            "<!--",
            "<svg>",
        ),
        *(
            "a.",
            "1.",
            "[",
            "](",
            "![",
            "$",
            "$$",
            "\\begin{a}",
            "{",
            "}",
            "^",
            "'",
            '"',
        ),
        *("*", "_", "`", "~~", "|", "|-", "\n", "\r", "\x1b[1m", " ", "\t", "a", "\\"),
        *(
            "e\u0301",
            "\u0301",
            "\u05d0",
            "\u0e33",
            "\U0001f3fb",
            "\u200d",
            "# ",
            "> ",
            "- ",
        ),
        *(
            "data:image/png;base64,",
            "A",
            "=",
            "def f(",
            "lambda:",
            "f'{",
            "%",
            "@",
            "?",
        ),
    ]
)
TEXTS = st.lists(
    st.tuples(st.lists(PIECES, min_size=1, max_size=4), st.integers(0, 5)),
    min_size=1,
    max_size=3,
).map(lambda parts: "".join("".join(p) * 10**n for p, n in parts)[:400_000])

NAMES = st.sampled_from(
    [
        *("tiny.ipynb", "TINY.IPYNB", "Copy of tiny.ipynb", "tiny (2).ipynb", "x"),
        *("a/tiny.ipynb", "../tiny.ipynb", "/tiny.ipynb", "C:\\tiny.ipynb", "\\\\a\\b"),
        *("x_1_assignsubmission_file_tiny.ipynb", "ada_1_9_tiny.ipynb", "tiny.ipynb/"),
        *("CON.ipynb", "ti\u0301ny.ipynb", "\u202etiny.ipynb", "a\nb.ipynb", "own.zip"),
        *("__MACOSX/tiny.ipynb", "._tiny.ipynb", "d/" * 40 + "tiny.ipynb", "n" * 240),
    ]
)
DATES = st.sampled_from(
    [(1980, 1, 1, 0, 0, 0), (1980, 0, 0, 0, 0, 0), (2107, 12, 31, 23, 59, 58)]
)
MEMBERS = st.lists(
    st.tuples(NAMES, st.sampled_from([0, 1, 900, 3 << 20]), DATES, st.booleans()),
    max_size=5,
)
DAMAGE = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 255), st.sampled_from("scd")), max_size=4
)


def spoilt(raw: bytes, damage: list[tuple[float, int, str]]) -> bytes:
    """Return bytes of which some are set, cut off or doubled."""
    for place, value, how in damage:
        at = int(place * len(raw))
        if how == "s":
            raw = raw[:at] + bytes([value]) + raw[at + 1 :]
        elif how == "c":
            raw = raw[:at] + raw[at + value :]
        else:
            raw = raw[: at + value] + raw[at:]
    return raw


def archive(members: list, damage: list) -> bytes:
    """Return an archive of odd members, damaged."""
    with tempfile.TemporaryFile() as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are there twice
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
            for name, size, date, link in members:
                info = zipfile.ZipInfo(name, date)
                info.external_attr = (0o120777 if link else 0o100644) << 16
                made.writestr(info, bytes(size), zipfile.ZIP_DEFLATED)
        file.seek(0)
        return spoilt(file.read(), damage)


def without_outputs(form: object) -> object:
    """Return a form of JSON without what grading does not read."""
    if isinstance(form, list):
        return [without_outputs(one) for one in form]
    if not isinstance(form, dict):
        return form
    return {
        key: []
        if key == "outputs" and isinstance(value, list)
        else without_outputs(value)
        for key, value in form.items()
    }


class Faults(logging.Handler):
    """Keeps what was logged as a fault of the grader's own."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.found.append(record.getMessage())


class Fuzzer:
    """Tries one of each kind; what must hold is asserted.

    Parameters
    ----------
    course : Course
        The small course, generated.
    """

    def __init__(self, course: Course) -> None:
        self.course = course
        self.store = read_store(store_path(course.root, "01_tiny", "tiny"))
        config = Config(copy.deepcopy(course.config))
        config.HTMLExporter.template_name = "feedback"
        config.HTMLExporter.extra_template_basedirs = [str(hostile.TEMPLATES)]
        config.HTMLExporter.extra_template_paths = [str(hostile.BOOTSTRAP)]
        self.exporter = FeedbackExporter(config=config)

    def page(self, notebook: object) -> None:
        """Make a page of a notebook; nothing in it runs, loads or covers."""
        page, _ = self.exporter.from_notebook_node(notebook, hostile.resources()[0])
        assert hostile.dangers(page) == []
        page.encode()

    def notebook(self, changes: list, damage: list) -> None:
        """Read, heal and show a notebook."""
        raw = json.dumps(hostile.changed(hostile.filled(), changes)).encode()
        healed = heal(parse_submission(spoilt(raw, damage)), self.store).notebook
        nbformat.validate(healed)
        self.page(nbformat.reads(nbformat.writes(healed), as_version=4))

    def parts(self, changes: list, damage: list, size: int) -> None:
        """Read a file in parts: what is kept is JSON exactly where the file is."""
        raw = json.dumps(hostile.changed(hostile.filled(), changes)).encode()
        raw = spoilt(raw, damage)
        skimmer = Skimmer()
        for begin in range(0, len(raw), size):
            skimmer.feed(raw[begin : begin + size])
        try:
            whole = without_outputs(json.loads(raw.decode()))
        except (ValueError, RecursionError):
            return
        assert json.dumps(json.loads(skimmer.result())) == json.dumps(whole)

    def texts(self, written: str, printed: object) -> None:
        """Show a text wherever a submission can have one, and odd outputs."""
        kinds = ("text/html", "text/markdown", "text/latex", "text/plain")
        outputs = [{"output_type": "display_data", "data": {k: written}} for k in kinds]
        outputs += [
            {"output_type": "stream", "name": "stdout", "text": written},
            {"output_type": "error", "ename": written, "evalue": written},
            printed,
        ]
        cells = [
            {"cell_type": "markdown", "source": written},
            {
                "cell_type": "code",
                "source": written,
                "outputs": Gate().outputs(outputs),
            },
        ]
        self.page(rebuilt({"cells": cells}))

    def archive(self, members: list, damage: list) -> None:
        """Collect honest work beside an odd archive of somebody else's."""
        from nbgrader.apps import ZipCollectApp
        from nbgrader.coursedir import CourseDirectory

        top = self.course.root / "collected"
        shutil.rmtree(top, ignore_errors=True)
        loaded = top / "downloaded" / "01_tiny" / "archive"
        loaded.mkdir(parents=True)
        honest = {"ada_1_10_tiny.ipynb": "honest", "zoe_3_17_tiny.ipynb": "honest"}
        odd = {"eve_2_11_own.zip": archive(members, damage)}
        odd |= {f"eve_2_{20 + n}_{m[0]}": "x" for n, m in enumerate(members)}
        (loaded / "canvas.zip").write_bytes(packed({**odd, **honest}))
        app = ZipCollectApp(config=self.course.config)
        app.log.setLevel(logging.CRITICAL)
        app.coursedir = CourseDirectory(parent=app, config=self.course.config)
        app.coursedir.assignment_id = "01_tiny"
        app.init_plugins()
        into = top / "extracted"
        app.extractor_plugin_inst.extract(str(loaded), str(into))
        taken = {
            str(Path(p).relative_to(into)) for p in app.extractor_plugin_inst.taken
        }
        assert {p for p in taken if p[0] != "2"} == {"1/tiny.ipynb", "3/tiny.ipynb"}
        found = {str(p.relative_to(into)) for p in into.rglob("*") if p.is_file()}
        assert found == taken
        for one in ("1", "3"):
            assert (into / one / "tiny.ipynb").read_text() == "honest"

    def frames(self, forms: list, damage: list) -> None:
        """Read what a shell sends; only what a session names comes of it."""
        theirs: list[socket.socket] = []

        def spawn(*_: object, descriptors: list[int], **__: object) -> object:
            theirs.append(socket.socket(fileno=socket.dup(descriptors[0])))
            return SimpleNamespace(
                send_signal=lambda _: 0, close=lambda: 0, report=None
            )

        log = logging.getLogger("fuzzing")
        sandbox = SimpleNamespace(
            log=log,
            limits=lambda: SimpleNamespace(output=1 << 24),
            forkserver=SimpleNamespace(spawn=spawn),
        )
        with Session(sandbox, "") as session:
            bodies = [json.dumps(form).encode() for form in forms]
            raw = b"".join(HEAD.pack(len(body)) + body for body in bodies)
            for ask in (False, True, False):
                shown: list[object] = []
                try:
                    theirs[0].sendall(spoilt(raw, damage))
                    if ask:
                        session.ask("run", [], 0.05, lambda form: form)
                    else:
                        session.run("x", 0.05, lambda *said, s=shown: s.append(said))
                except (Ended, Failed, TooSlow, BrokenPipeError):
                    pass
                assert len(shown) <= len(forms) + 20 or TOO_LARGE in str(shown)
        theirs[0].close()

    def answers(self, answers: list, hidden: list, ended: bool) -> None:
        """Judge answers of any form; of hidden cases no text reaches a page."""
        faults = Faults()
        log = logging.getLogger("fuzzing.answers")
        log.propagate = False
        log.handlers = [faults]

        def drive(forms: list, ask: object, child: str) -> object:
            secret = any(
                case in hidden_forms for form in forms for case in form["cases"]
            )
            if secret and ended:
                raise NoAnswer("it has ended")
            given = (
                hidden
                if secret
                else json.loads(json.dumps(answers).replace(SECRET, "s"))
            )
            return [
                {"kind": "function", "outcomes": given, "differs": ended}
                if n % 2
                else (given[0] if given else None)
                for n, _ in enumerate(forms, start=len(given) % 2)
            ]

        hidden_forms = [
            case
            for record in self.store.cases.functions.values()
            for form, _ in self.forms(record)
            for case in form["cases"]
        ]
        verdict = Examination(Judge(self.store), drive, log=log).verdict()
        assert faults.found == []
        assert verdict.problems == {} or ended
        for name, found in verdict.cells.items():
            html = cell_html(self.store, verdict, name, found)
            assert SECRET not in html
            assert hostile.dangers(f'<p id="notebook">{html}') == []
            html.encode()

    @staticmethod
    def forms(record: object) -> list:
        """Return what is asked of a function's hidden cases."""
        from autograder.examination import function_forms

        numbers = [i for i, case in enumerate(record.cases) if case.hidden]
        return function_forms(record, numbers)


FORMS = st.fixed_dictionaries(
    {},
    optional={
        name: ANYTHING
        for name in (
            *("value", "error", "message", "line", "failed", "warned", "changed"),
            *("shared", "aliased", "again", "advice", "single", "seeded"),
        )
    },
)
VALUES = st.one_of(
    st.fixed_dictionaries({"value": st.fixed_dictionaries({"array": ANYTHING})}),
    st.builds(
        lambda d, s, n: {"value": {"array": {"dtype": d, "shape": s, "data": n}}},
        st.sampled_from(["float64", "int64", "bool", "uint8", "float16"]),
        st.lists(st.integers(0, 4), max_size=3),
        st.lists(st.sampled_from([0, 1, -1, 2.5, 1e308]), max_size=12),
    ),
    FORMS,
)
KINDS: dict[str, tuple] = {
    "notebook": (hostile.CHANGES, DAMAGE),
    "parts": (hostile.CHANGES, DAMAGE, st.integers(1, 2_000)),
    "texts": (TEXTS, ANYTHING),
    "archive": (MEMBERS, DAMAGE),
    "frames": (st.lists(ANYTHING, max_size=5), DAMAGE),
    "answers": (
        st.lists(VALUES, max_size=5),
        st.lists(VALUES, max_size=5),
        st.booleans(),
    ),
}
# How many are tried at a time: some take longer than others.
COUNTS = {
    "notebook": 30,
    "parts": 60,
    "texts": 30,
    "archive": 10,
    "frames": 100,
    "answers": 60,
}


def property_of(
    fuzzer: Fuzzer, kind: str, count: int, number: int
) -> Callable[[], None]:
    """Return a test that tries so many of a kind, always the same for a number."""

    def holds(drawn: tuple) -> None:
        began = time.process_time()
        getattr(fuzzer, kind)(*drawn)
        assert time.process_time() - began < SLOWEST

    quietly = settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    return seed(number)(quietly(given(st.tuples(*KINDS[kind]))(holds)))


def main(minutes: float) -> None:
    """Try new ones for so many minutes."""
    end = time.monotonic() + 60 * minutes
    number = random.randrange(10**6)
    tried = 0
    with tempfile.TemporaryDirectory(prefix="fuzzing-") as folder:
        root = Path(folder)
        tiny.write_source(root)
        shutil.copy(Path(__file__).parents[1] / "nbgrader_config.py", root)
        course = Course(root)
        course.generate("01_tiny")
        fuzzer = Fuzzer(course)
        while time.monotonic() < end:
            for kind in KINDS:
                sys.stderr.write(f"{kind}, seed {number}\n")
                property_of(fuzzer, kind, COUNTS[kind], number)()
                tried += COUNTS[kind]
            number += 1
    sys.stdout.write(f"{tried} of {len(KINDS)} kinds were tried; nothing was found\n")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)
