"""The one writer: gradebook rows and the files in ``autograded/``.

For each submission: the old files are moved away and the old marks withdrawn;
nbgrader's own converter writes the new marks, and the new files into a staging
folder; the folder is renamed. So a submission that has a folder in
``autograded/`` has the marks that were made with it, whenever the run ends.
"""

import copy
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log

from autograder.course import Course, reason
from autograder.kernels.staging import remove_followed
from autograder.runner.bench import Finished, split

__all__ = ["Writer"]


class _Finish(Autograde):
    """nbgrader's converter from the point where grades are saved."""

    finished: Mapping[str, Finished]
    submitted: Path

    def init_notebooks(self) -> None:
        """Take the one submission, whatever its name looks like as a pattern."""
        found = [str(path) for path in sorted(self.submitted.glob("*.ipynb"))]
        self.assignments = {str(self.submitted): found}

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Make rows, copy files, and drop what came through a link."""
        super().init_assignment(assignment_id, student_id)
        dest = self._format_dest(assignment_id, student_id)
        if os.path.isdir(dest):
            remove_followed(str(self.submitted), dest)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Save the grades of a notebook that a worker has finished."""
        name = Path(notebook_filename).stem
        finished = self.finished[name]
        resources = self.init_single_notebook_resources(notebook_filename)
        resources["course"] = {"flagged": finished.flagged}
        notebook = nbformat.reads(finished.text, as_version=4)
        # An exporter would copy and check the notebook anew after each of these.
        for preprocessor in self.autograde_preprocessors:
            step = preprocessor(parent=self.exporter)
            notebook, resources = step(notebook, resources)
        resources["output_extension"] = ".ipynb"
        self.write_single_notebook(nbformat.writes(notebook) + "\n", resources)


class Writer:
    """Writes submissions, one after another.

    Parameters
    ----------
    course : Course
        The course.
    assignment : str
        The assignment.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self._course = course
        self._assignment = assignment
        self._config = copy.deepcopy(course.config)
        self._config.Autograde.autograde_preprocessors = split(course.config)[1]
        # Nothing submitted is read here.
        self._config.Autograde.exporter_class = NotebookExporter
        # Within autograded/, so that a rename is one step on any file system.
        step = f"{course.directory.autograded_directory}/.staging-{assignment}"
        self._config.CourseDirectory.autograded_directory = step
        self._staging = course.root / step
        self.sweep()

    def sweep(self) -> None:
        """Remove what an interrupted run left half done."""
        shutil.rmtree(self._staging, ignore_errors=True)

    def graded_folder(self, student: str) -> Path:
        """Return where a learner's graded files lie."""
        directory = self._course.directory
        path = directory.format_path(
            directory.autograded_directory, student, self._assignment
        )
        return Path(path)

    def submitted_folder(self, student: str) -> Path:
        """Return where a learner's submitted files lie."""
        directory = self._course.directory
        path = directory.format_path(
            directory.submitted_directory, student, self._assignment
        )
        return Path(path)

    def withdraw(self, student: str) -> None:
        """Take a learner's old files and marks away, if there are any."""
        folder = self.graded_folder(student)
        if folder.exists():
            self._staging.mkdir(parents=True, exist_ok=True)
            old = self._staging / ".old"
            shutil.rmtree(old, ignore_errors=True)
            folder.rename(old)
            shutil.rmtree(old, ignore_errors=True)
        directory = self._course.directory
        with Gradebook(directory.db_url, directory.course_id) as book:
            try:
                submission = book.find_submission(self._assignment, student)
            except MissingEntry:
                return
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    if grade.cell.cell_type == "code":
                        grade.auto_score = 0.0
                    grade.needs_manual_grade = True
            book.db.commit()

    def write(self, student: str, finished: Mapping[str, Finished]) -> str:
        """Write a submission whose notebooks are all finished.

        Parameters
        ----------
        student : str
            Whose.
        finished : mapping of str to Finished
            By notebook.

        Returns
        -------
        str
            Empty, or why it could not be written.
        """
        self.withdraw(student)
        self.sweep()
        directory = CourseDirectory(config=self._config, log=self._course.directory.log)
        directory.assignment_id = self._assignment
        directory.student_id = student
        app = _Finish(coursedir=directory, config=self._config, log=directory.log)
        app.submitted = self.submitted_folder(student)
        app.finished = finished
        result = capture_log(app)
        if not result["success"]:
            self.withdraw(student)
            self.sweep()
            return reason(result)
        made = Path(
            directory.format_path(
                directory.autograded_directory, student, self._assignment
            )
        )
        folder = self.graded_folder(student)
        folder.parent.mkdir(parents=True, exist_ok=True)
        made.rename(folder)
        self.sweep()
        return ""
