"""The settings by which nbgrader meets the autograder, for any course.

A course's ``nbgrader_config.py`` calls `configure`, and says after it what is its
own. Everything here goes through nbgrader's settings; ``nbgrader --help-all``
explains those that are not ours.
"""

import os
import sys
from pathlib import Path

from traitlets.config import Config

from autograder.nbgrader import collecting

# Names, not classes: Formgrader shows the settings as JSON.
OURS, THEIRS = "autograder.nbgrader", "nbgrader.preprocessors"


def configure(c: Config, root: str | Path, course_id: str = "") -> None:
    """Set what grades a course with the autograder.

    `root` is the course's folder or a file in it, as ``__file__`` is; `course_id` is
    nbgrader's name of the course.
    """
    folder = Path(root).resolve()
    c.CourseDirectory.root = str(folder.parent if folder.is_file() else folder)
    if course_id:
        c.CourseDirectory.course_id = course_id
    if "COURSE_EXCHANGE" in os.environ:
        c.Exchange.root = os.environ["COURSE_EXCHANGE"]
    # What stands in source/ for graders only, or in a submission for nobody.
    c.CourseDirectory.ignore = [
        ".ipynb_checkpoints",
        "*.pyc",
        "__pycache__",
        "feedback",
        "misconceptions.toml",
        "judges.py",
    ]
    # nbgrader calls alembic and jupyter by name: an environment that is used
    # without being activated must find its own.
    own = str(Path(sys.executable).parent)
    if own not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([own, os.environ.get("PATH", "")])
    _generate(c)
    _grade(c)
    _show(c)
    _collect(c)


def _generate(c: Config) -> None:
    c.GenerateAssignment.exporter_class = f"{OURS}.generation.ReleaseExporter"
    c.GenerateAssignment.preprocessors = [
        f"{THEIRS}.IncludeHeaderFooter",
        f"{THEIRS}.InstantiateTests",
        f"{THEIRS}.LockCells",
        f"{OURS}.generation.Stubs",
        f"{THEIRS}.ClearOutput",
        f"{THEIRS}.CheckCellMetadata",
        # Before SaveCells, so that gradebook, autograded/ and feedback never hold
        # more of checks than what learners see.
        f"{OURS}.generation.ClearHiddenChecks",
        f"{OURS}.generation.Seal",
        f"{OURS}.generation.KeepTests",
        f"{THEIRS}.ComputeChecksums",
        f"{THEIRS}.SaveCells",
        f"{THEIRS}.ClearHiddenTests",
        f"{THEIRS}.ClearMarkScheme",
        f"{THEIRS}.ComputeChecksums",
        f"{OURS}.generation.Publish",
        f"{THEIRS}.CheckCellMetadata",
    ]


def _grade(c: Config) -> None:
    c.Autograde.exporter_class = f"{OURS}.execution.SubmissionExporter"
    # The exporter builds a submitted notebook anew from the released one, and takes
    # nothing but the learner's text from it: nothing is left for nbgrader to repair.
    c.Autograde.sanitize_preprocessors = [f"{OURS}.execution.Heal"]
    c.Autograde.autograde_preprocessors = [
        f"{OURS}.execution.JudgedExecute",
        f"{THEIRS}.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        f"{THEIRS}.LimitOutput",
        f"{OURS}.execution.SaveJudgedGrades",
        f"{THEIRS}.AssignLatePenalties",
    ]
    # What grading notes about a notebook is not a learner's.
    c.ClearMetadataPreprocessor.preserve_nb_metadata_mask = [
        ("language_info", "name"),
        "course",
    ]
    # Generous, so that a busy machine fails nobody. Of the classes that have this
    # setting it is the lowest: what a course says of any of them counts.
    c.NotebookClient.timeout = 60
    c.JudgedExecute.case_seconds = 10.0


def _show(c: Config) -> None:
    # What learners wrote and printed is shown to others, instructors among them.
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.filters = {
        "clean_html": f"{OURS}.sanitizing.clean_html",
        "markdown2html": f"{OURS}.sanitizing.clean_markdown",
        "highlight_code": f"{OURS}.sanitizing.highlight_code",
        "strip_files_prefix": f"{OURS}.sanitizing.unchanged",
    }
    # Formgrader makes its pages with this one, feedback with one of its own.
    # nbconvert's own steps ask for the right types, and one takes the square of a
    # line's length.
    c.HTMLExporter.default_preprocessors = []
    c.HTMLExporter.preprocessors = [
        f"{OURS}.sanitizing.Rebuilt",
        f"{OURS}.sanitizing.EscapedNames",
        f"{OURS}.rubrics.Rubrics",
        f"{OURS}.sanitizing.PageStyles",
    ]
    # The templates name the first, which would undo what the second does.
    c.CSSHTMLHeaderPreprocessor.enabled = False
    c.PageStyles.enabled = True
    c.PageStyles.style = "default"
    c.FeedbackExporter.preprocessors = [f"{OURS}.sanitizing.EscapedNames"]
    c.GenerateFeedback.exporter_class = f"{OURS}.feedback_pages.FeedbackExporter"
    c.GenerateFeedback.preprocessors = [
        f"{OURS}.grades_of_page.GetAllGrades",
        f"{OURS}.sanitizing.PageStyles",
        f"{OURS}.feedback_pages.OnlyPages",
    ]


def _collect(c: Config) -> None:
    c.ExportApp.plugin_class = f"{OURS}.exports.TableExport"
    # What Moodle and Canvas call the files in the archives that they give: see
    # docs/instructor.md. Set patterns of your own for another LMS.
    c.ZipCollectApp.extractor_plugin = f"{OURS}.collecting.BoundedExtractor"
    c.ZipCollectApp.collector_plugin = f"{OURS}.collecting.LmsCollector"
    c.LmsCollector.named_regexps = [collecting.MOODLE, collecting.CANVAS]
    # Notebooks that the assignment does not have are skipped and named.
    c.ZipCollectApp.strict = True
    c.ExchangeFactory.collect = f"{OURS}.inbound.Collect"
    c.ExchangeFactory.release_assignment = f"{OURS}.releasing.ReleaseAssignment"
    c.ExchangeFactory.release_feedback = f"{OURS}.releasing.ReleaseFeedback"
    # A later download replaces what an earlier one brought; see LmsCollector.
    c.ZipCollectApp.force = True
