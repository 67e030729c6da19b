"""The only place where nbgrader meets the autograder.

Everything here goes through nbgrader's own settings; ``nbgrader --help-all``
explains those that are not ours.
"""

import os
import sys
from pathlib import Path

from autograder.nbgrader import collecting

# nbgrader calls alembic and jupyter by name: an environment that is used without
# being activated must find its own.
_bin = str(Path(sys.executable).parent)
if _bin not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([_bin, os.environ.get("PATH", "")])

# Names, not classes: Formgrader shows the settings as JSON.
OURS, THEIRS = "autograder.nbgrader", "nbgrader.preprocessors"

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "neural-networks"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
# What stands in source/ for graders only, or in a submission for nobody.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    "misconceptions.toml",
    "judges.py",
    "inputs.py",
]

c.GenerateAssignment.force = True
c.GenerateAssignment.exporter_class = f"{OURS}.generation.ReleaseExporter"
c.GenerateAssignment.preprocessors = [
    f"{THEIRS}.IncludeHeaderFooter",
    f"{THEIRS}.LockCells",
    f"{OURS}.generation.Stubs",
    f"{THEIRS}.ClearOutput",
    f"{THEIRS}.CheckCellMetadata",
    # Before SaveCells, so that gradebook, autograded/ and feedback never hold more
    # than what learners see.
    f"{THEIRS}.ClearHiddenTests",
    f"{OURS}.generation.Seal",
    f"{THEIRS}.ComputeChecksums",
    f"{THEIRS}.SaveCells",
    f"{THEIRS}.ClearMarkScheme",
    f"{THEIRS}.ComputeChecksums",
    f"{OURS}.generation.Publish",
    f"{THEIRS}.CheckCellMetadata",
]
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"

c.Autograde.exporter_class = f"{OURS}.execution.SubmissionExporter"
# The exporter builds a submitted notebook anew from the released one, and takes
# nothing but the learner's text from it: nothing is left for nbgrader to mend.
c.Autograde.sanitize_preprocessors = [f"{OURS}.execution.Heal"]
c.Autograde.autograde_preprocessors = [
    f"{OURS}.execution.JudgedExecute",
    f"{THEIRS}.LimitOutput",
    f"{OURS}.execution.SaveJudgedGrades",
    f"{THEIRS}.AssignLatePenalties",
]

# Generous, so that a busy machine fails nobody.
c.Execute.timeout = 60
c.JudgedExecute.case_seconds = 10.0

# What learners wrote and printed is shown to others, instructors among them.
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {
    "clean_html": f"{OURS}.sanitizing.clean_html",
    "markdown2html": f"{OURS}.sanitizing.clean_markdown",
    "highlight_code": f"{OURS}.sanitizing.highlight_code",
}
# Formgrader makes its pages with this one, feedback with one of its own. nbconvert's
# own steps ask for the right types, and one takes the square of a line's length.
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
    f"{THEIRS}.GetGrades",
    f"{OURS}.sanitizing.PageStyles",
    f"{OURS}.feedback_pages.OnlyPages",
]

# What Moodle and Canvas call the files in the archives that they give: see
# docs/instructor.md. Set patterns of your own here for another LMS.
c.ZipCollectApp.extractor_plugin = "autograder.nbgrader.collecting.BoundedExtractor"
c.ZipCollectApp.collector_plugin = "autograder.nbgrader.collecting.LmsCollector"
c.LmsCollector.named_regexps = [collecting.MOODLE, collecting.CANVAS]
# Notebooks that the assignment does not have are skipped and named.
c.ZipCollectApp.strict = True
# A later download replaces what an earlier one brought; see LmsCollector.
c.ZipCollectApp.force = True
