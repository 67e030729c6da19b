"""Assignments into the exchange when they are whole, and feedback back through it."""

from pathlib import Path

from nbgrader.exchange.default import (
    ExchangeReleaseAssignment,
    ExchangeReleaseFeedback,
)

from autograder.names import plain

# What `nbgrader submit` gives a submission, and its page needs to be found again.
FROM_THE_EXCHANGE = ("timestamp.txt", "submission_secret.txt")


class ReleaseAssignment(ExchangeReleaseAssignment):
    """The one of nbgrader gives learners an empty folder as willingly."""

    def init_src(self) -> None:
        """Find the release, and refuse one that lacks a notebook or its cases."""
        super().init_src()
        directory, assignment = self.coursedir, self.coursedir.assignment_id
        source = Path(
            directory.format_path(directory.source_directory, ".", assignment)
        )
        lacking = []
        for path in sorted(source.glob("*.ipynb")):
            wanted = [path.name]
            if "checks_for" in path.read_text(encoding="utf-8", errors="replace"):
                wanted.append(f"{path.stem}.cases.json")
            lacking += [n for n in wanted if not Path(self.src_path, n).is_file()]
        if lacking:
            self.fail(
                f"{self.src_path} lacks {', '.join(map(plain, lacking))}: run "
                f"`nbgrader generate_assignment {assignment} --force` first"
            )


class _Excluded(str):
    """Ids that nbgrader takes apart at commas, one of which may be in an id."""

    ids: list[str]

    def split(self, *_: object) -> list[str]:
        """Return the ids, whole."""
        return self.ids


class ReleaseFeedback(ExchangeReleaseFeedback):
    """The one of nbgrader ends at the first page of work from elsewhere."""

    def copy_files(self) -> None:
        """Release the pages that learners can fetch; name all others."""
        directory, assignment = self.coursedir, self.coursedir.assignment_id
        chosen = directory.student_id or "*"
        pattern = directory.format_path(
            directory.feedback_directory, chosen, assignment
        )
        root = Path(directory.root)
        others = []
        for folder in sorted(root.glob(str(Path(pattern).relative_to(root)))):
            if not all((folder / name).is_file() for name in FROM_THE_EXCHANGE):
                others.append(folder.parent.name)
        before = directory.student_id_exclude
        excluded = [*filter(None, before.split(",")), *others]
        directory.student_id_exclude = _Excluded(",".join(excluded))
        directory.student_id_exclude.ids = excluded
        try:
            super().copy_files()
        finally:
            directory.student_id_exclude = before
        if others:
            self.log.warning(
                "Not released, since the work did not come through the exchange: %s; "
                "`python -m autograder hand-back %s` returns what came from an LMS",
                ", ".join(map(plain, others)),
                assignment,
            )
