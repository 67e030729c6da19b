"""The steps of nbgrader's commands that grading cannot do without.

A list of steps that a course sets anew replaces the one of `configure`: learners' code
would then run outside of the sandbox, or nothing would be recorded, without a word.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from traitlets.config import Config, LazyConfigValue
from traitlets.utils.importstring import import_item

from autograder.errors import CourseError

OURS, THEIRS = "autograder.nbgrader", "nbgrader.preprocessors"
EXECUTE = "nbconvert.preprocessors.ExecutePreprocessor"
# In this order, with any others between them.
STEPS: dict[str, dict[str, tuple[str, ...]]] = {
    "GenerateAssignment": {
        "preprocessors": (
            f"{OURS}.generation.Stubs",
            f"{OURS}.generation.ClearHiddenChecks",
            f"{OURS}.generation.Seal",
            f"{OURS}.generation.KeepTests",
            f"{THEIRS}.SaveCells",
            f"{THEIRS}.ClearHiddenTests",
            f"{THEIRS}.ClearMarkScheme",
            f"{OURS}.generation.Publish",
        )
    },
    "Autograde": {
        "sanitize_preprocessors": (f"{OURS}.execution.Heal",),
        "autograde_preprocessors": (
            f"{OURS}.execution.JudgedExecute",
            f"{OURS}.execution.SaveJudgedGrades",
        ),
    },
    "GenerateFeedback": {
        "preprocessors": (
            f"{OURS}.grades_of_page.GetAllGrades",
            f"{OURS}.feedback_pages.OnlyPages",
        )
    },
}
FOLDERS = {
    "directory_structure": "{nbgrader_step}/{student_id}/{assignment_id}",
    **{
        f"{step}_directory": step
        for step in ("source", "release", "submitted", "autograded", "feedback")
    },
}
EXPORTERS = {
    "GenerateAssignment": f"{OURS}.generation.ReleaseExporter",
    "Autograde": f"{OURS}.execution.SubmissionExporter",
    "GenerateFeedback": f"{OURS}.feedback_pages.FeedbackExporter",
}
ADVICE = (
    "call `configure` of autograder.nbgrader.configuration first, and add steps of "
    "your own to its list by append or insert, in place of a new list"
)


def check_folders(directory: Any) -> None:
    """Hold the names of a course's folders against nbgrader's own.

    `directory` is nbgrader's, or what a course's settings say of it.

    Raises
    ------
    CourseError
        With a sentence that names the first setting that is another.
    """
    root = str(getattr(directory, "root", ""))
    for name, own in FOLDERS.items():
        said = getattr(directory, name, own)
        if not isinstance(said, str) or said == own:
            continue
        advice = "rename the folder, or let a link of that name lead to it"
        if name == "directory_structure":
            advice = "leave this setting out, and let the course's folders lie so"
        elif Path(root, said) == Path(root, own):
            continue
        raise CourseError(
            f"nbgrader_config.py: c.CourseDirectory.{name} is {said!r}: the "
            f"autograder knows {own!r} only; {advice}"
        )


def check_steps(section: str, converter: Any) -> None:
    """Hold the steps of one of nbgrader's converters against those that are needed.

    `section` is the name of its class; what it does not have is not looked at.

    Raises
    ------
    CourseError
        With a sentence that names the first step that is missing.
    """
    check_folders(getattr(converter, "coursedir", None))
    for name, needed in STEPS[section].items():
        steps = getattr(converter, name, None)
        if steps is not None:
            _check(f"c.{section}.{name}", steps, needed)


def check_configured(config: Config) -> None:
    """Hold the steps of a course's settings against those that are needed.

    Raises
    ------
    CourseError
        With a sentence that names the first step that is missing.
    """
    check_folders(SimpleNamespace(**config.get("CourseDirectory", {})))
    for section, exporter in EXPORTERS.items():
        own = config.get(section, {})
        if not _is(own.get("exporter_class"), exporter):
            raise CourseError(
                f"nbgrader_config.py: c.{section}.exporter_class is not {exporter}: "
                f"{ADVICE}"
            )
        for name, needed in STEPS[section].items():
            steps = own.get(name, [])
            if not isinstance(steps, LazyConfigValue):
                _check(f"c.{section}.{name}", steps, needed)


def _check(setting: str, steps: Iterable, needed: Sequence[str]) -> None:
    steps, place = list(steps), 0
    for name in needed:
        there = [i for i, step in enumerate(steps) if _is(step, name)]
        if not there:
            raise CourseError(f"nbgrader_config.py: {setting} lacks {name}: {ADVICE}")
        if max(there) < place:
            raise CourseError(
                f"nbgrader_config.py: in {setting}, {name} stands too early: {ADVICE}"
            )
        place = next(i for i in there if i >= place)
    judged = f"{OURS}.execution.JudgedExecute"
    for step in steps:
        if _is(step, EXECUTE) and not _is(step, judged):
            raise CourseError(
                f"nbgrader_config.py: {step} in {setting} runs learners' code outside "
                "of the sandbox: leave it out"
            )


def _is(step: object, name: str) -> bool:
    """Tell whether a step is of a class; ours are known by their names."""
    if isinstance(step, str) and step.startswith(f"{OURS}."):
        return step == name
    own = _class(step)
    return isinstance(own, type) and issubclass(own, _class(name))


def _class(step: object) -> Any:
    """Return a step that is named by a string; another is its own."""
    if not isinstance(step, str):
        return step
    try:
        return import_item(step)
    except Exception as error:  # the module is a course's, and may raise anything
        raise CourseError(
            f"nbgrader_config.py: {step} cannot be imported: {error}"
        ) from None
