"""The only place where nbgrader meets the autograder.

Everything here goes through nbgrader's own settings; ``nbgrader --help-all``
explains those that are not ours.
"""

import os
import sys
from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader import preprocessors

from autograder import collecting
from autograder.lifecycle import feedback, generation, grading, pages

# nbgrader calls alembic and jupyter by name: an environment that is used without
# being activated must find its own.
_bin = str(Path(sys.executable).parent)
if _bin not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([_bin, os.environ.get("PATH", "")])

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
c.GenerateAssignment.exporter_class = generation.ReleaseExporter
c.GenerateAssignment.preprocessors = [
    preprocessors.IncludeHeaderFooter,
    preprocessors.LockCells,
    generation.Stubs,
    preprocessors.ClearOutput,
    preprocessors.CheckCellMetadata,
    # Before SaveCells, so that gradebook, autograded/ and feedback never hold more
    # than what learners see.
    preprocessors.ClearHiddenTests,
    generation.Seal,
    preprocessors.ComputeChecksums,
    preprocessors.SaveCells,
    preprocessors.ClearMarkScheme,
    preprocessors.ComputeChecksums,
    generation.Publish,
    preprocessors.CheckCellMetadata,
]
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"

c.Autograde.exporter_class = grading.SubmissionExporter
# The exporter builds a submitted notebook anew from the released one, and takes
# nothing but the learner's text from it: nothing is left for nbgrader to mend.
c.Autograde.sanitize_preprocessors = [grading.Heal]
c.Autograde.autograde_preprocessors = [
    grading.JudgedExecute,
    preprocessors.LimitOutput,
    grading.SaveJudgedGrades,
    preprocessors.AssignLatePenalties,
]

# Generous, so that a busy machine fails nobody.
c.Execute.timeout = 60
c.JudgedExecute.case_seconds = 10.0
# Modules beside a submitted notebook never shadow installed ones.
c.Execute.extra_arguments = [
    "--InteractiveShellApp.ignore_cwd=True",
    "--HistoryManager.hist_file=:memory:",
]

# What learners wrote and printed is shown to others, instructors among them.
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = pages.FILTERS
c.HTMLExporter.preprocessors = [pages.EscapedNames]
c.GenerateFeedback.exporter_class = feedback.FeedbackExporter
c.GenerateFeedback.preprocessors = [
    preprocessors.GetGrades,
    CSSHTMLHeaderPreprocessor,
    feedback.OnlyPages,
]

# What Moodle and Canvas call the files in the archives that they give: see
# docs/instructor.md. Set patterns of your own here for another LMS.
c.ZipCollectApp.extractor_plugin = collecting.BoundedExtractor
c.ZipCollectApp.collector_plugin = collecting.LmsCollector
c.LmsCollector.named_regexps = [collecting.MOODLE, collecting.CANVAS]
# Notebooks that the assignment does not have are skipped and named.
c.ZipCollectApp.strict = True
