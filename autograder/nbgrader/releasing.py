"""Feedback back through the exchange, for those whose work came through it."""

from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback

from autograder.names import plain

# What `nbgrader submit` gives a submission, and its page needs to be found again.
FROM_THE_EXCHANGE = ("timestamp.txt", "submission_secret.txt")


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
