"""The page of one attempt, made from what a worker finished, without a gradebook."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

import nbformat
from nbgrader import utils
from nbgrader.converters import GenerateFeedback

from autograder.files import read_bounded
from autograder.nbgrader.course import Course
from autograder.nbgrader.feedback_pages import FeedbackExporter
from autograder.nbgrader.sanitizing import PageStyles
from helpers.strings import text

MOST_SECRET = 200
STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:46em;margin:2em auto;padding:0 1em;"
    "color:#1a1a1a;background:#fff}table{border-collapse:collapse}"
    "th,td{border:1px solid #8a8a8a;padding:3px 8px;text-align:left}"
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class Points:
    """Points of the code in a finished notebook."""

    earned: float
    out_of: float


def points_of(finished: str) -> Points:
    """Return the points of a finished notebook's code cells."""
    earned = out_of = 0.0
    for cell in nbformat.reads(finished, as_version=4).cells:
        if cell.cell_type == "code" and utils.is_grade(cell):
            mark, most = utils.determine_grade(cell)
            earned += mark or 0.0
            out_of += most
    return Points(round(earned, 2), round(out_of, 2))


@dataclass
class AttemptPages:
    """Makes pages of attempts; one process makes many."""

    course: Course

    def whole(
        self, assignment: str, notebook: str, finished: str, said: list[str]
    ) -> str:
        """Return nbgrader's feedback page, all of it.

        `finished` is the notebook in JSON; `said` stands above it, such as which
        attempt it is.
        """
        nb = nbformat.reads(finished, as_version=4)
        points = points_of(finished)
        for cell in nb.cells:
            nbgrader = cell.metadata.get("nbgrader", {})
            if utils.is_grade(cell) or utils.is_task(cell):
                mark, most = 0.0, float(nbgrader.get("points", 0))
                if cell.cell_type == "code" and not utils.is_solution(cell):
                    mark = utils.determine_grade(cell)[0] or 0.0
                else:
                    nbgrader["comment"] = text("service.by_hand")
                nbgrader["score"], nbgrader["points"] = mark, most
        note = nbformat.v4.new_markdown_cell(_paragraphs(said))
        note["id"] = "attempt"
        nb.cells.insert(0, note)
        names = {"assignment": assignment, "notebook": notebook, "student": ""}
        marks = {"score": points.earned, "max_score": points.out_of}
        resources = {
            "metadata": {"name": notebook, "path": ""},
            "nbgrader": {**names, **marks, "late_penalty": 0},
        }
        return self._exporter.from_notebook_node(nb, resources)[0]

    @cached_property
    def _exporter(self) -> FeedbackExporter:
        converter = GenerateFeedback(
            coursedir=self.course.directory, config=self.course.config
        )
        made = FeedbackExporter(parent=converter, config=converter.config)
        made.register_preprocessor(PageStyles)
        return made


def brief(notebook: str, finished: str, said: list[str], marks: bool) -> str:
    """Return a page of what may be shown before the due date.

    `finished` is the notebook in JSON, `said` stands above it; without `marks`, public
    checks are shown only.
    """
    nb = nbformat.reads(finished, as_version=4)
    course = nb.metadata.get("course", {})
    parts = [_paragraphs(said), *[f"<p>{escape(n)}</p>" for n in course["notes"]]]
    if marks:
        points = points_of(finished)
        total = text(
            "feedback.points", points=f"{points.earned:g}", total=f"{points.out_of:g}"
        )
        parts.append(f"<p><strong>{escape(total)}</strong></p>")
    rows = []
    functions: Mapping[str, dict] = course.get("functions", {})
    for name, found in functions.items():
        right, count = found["public"]
        cells = [f"<code>{escape(name)}</code>"]
        cells.append(escape(text("service.public", right=right, count=count)))
        if marks:
            cells.append(f"{found['right']} / {found['cases']}")
            hints = "".join(f"<p>{escape(hint)}</p>" for hint in found["hints"])
            cells.append(f"<p>{escape(found['said'])}</p>{hints}")
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    if not functions:
        parts.append(f"<p>{escape(text('service.not_judged'))}</p>")
    heads = ["function", "public", *(["all", "hints"] if marks else [])]
    head = "".join(
        f'<th scope="col">{escape(text(f"service.column.{key}"))}</th>' for key in heads
    )
    table = (
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
    return plain_page(notebook, [*parts, table if rows else ""])


def plain_page(title: str, parts: list[str]) -> str:
    """Return a page of HTML without scripts, of parts that are HTML already."""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{''.join(parts)}</body></html>"
    )


def _paragraphs(said: list[str]) -> str:
    return "".join(f"<p>{escape(one)}</p>" for one in said)


def release_page(
    course: Course,
    assignment: str,
    student: str,
    folder: Path,
    notebook: str,
    page: str,
) -> None:
    """Put a page where `nbgrader fetch_feedback` finds it.

    Beside the submitted files in `folder` lies the secret that only the learner knows.
    """
    out = Path(str(course.config.Exchange.root), course.directory.course_id, "feedback")
    if not out.is_dir():
        out.mkdir(parents=True)
        out.chmod(0o711)
    secret = (
        read_bounded(folder / "submission_secret.txt", MOST_SECRET) or b""
    ).decode(errors="replace")
    if secret:
        name = utils.notebook_hash(secret=secret, notebook_id=notebook)
    else:
        when = read_bounded(folder / "timestamp.txt", MOST_SECRET) or b""
        key = utils.make_unique_key(
            course.directory.course_id,
            assignment,
            notebook,
            student,
            when.decode(errors="replace").strip(),
        )
        path = folder / f"{notebook}.ipynb"
        if not path.is_file():
            return
        name = utils.notebook_hash(str(path), key)
    draft = out / f"{name}-tmp.html"
    draft.write_text(page, encoding="utf-8")
    draft.chmod(0o644)
    os.replace(draft, out / f"{name}.html")
