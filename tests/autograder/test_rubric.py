"""The rubric on Formgrader's pages, and what Formgrader shows of the settings."""

import json
import shutil

import pytest
from nbconvert.exporters import HTMLExporter

from autograder.nbgrader.course import Course
from autograder.nbgrader.feedback_pages import FeedbackExporter
from tests.conftest import ROOT
from tests.course import tiny_notebook, write_source


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """Return the settings of a course with a mark scheme in its source."""
    folder = tmp_path_factory.mktemp("rubric")
    write_source(folder)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return Course(folder).config


FORMGRADER = {
    "assignment_id": "01_tiny",
    "notebook_id": "tiny",
    "submission_id": "0123abcd",
}


def submission():
    """Return a submitted notebook: no mark scheme is in it."""
    notebook = tiny_notebook()
    for cell in notebook.cells:
        if cell.id == "why":
            cell.source = "Because I say so."
    return notebook


def page(exporter, config, resources):
    """Return what an exporter makes of a submission, as Formgrader makes it."""
    return exporter(config=config).from_notebook_node(submission(), resources)[0]


def test_graders_see_the_rubric_before_the_answer(config):
    """It stands in Formgrader's page, closed, above the learner's answer."""
    shown = page(HTMLExporter, config, dict(FORMGRADER))

    assert "<details><summary>Model answer and rubric" in shown
    assert shown.index("says why") < shown.index("Because I say so.")


@pytest.mark.parametrize("exporter", [HTMLExporter, FeedbackExporter])
def test_no_other_page_shows_it(config, exporter):
    """Feedback, and whatever else is made of a notebook, has no rubric."""
    names = {"nbgrader": {"assignment": "01_tiny", "notebook": "tiny"}}

    assert "says why" not in page(exporter, config, names)


def test_feedback_never_shows_it_whatever_the_resources_say(config):
    """The exporter of feedback does not have that preprocessor at all."""
    assert "says why" not in page(FeedbackExporter, config, dict(FORMGRADER))


def test_without_a_source_the_page_is_as_it_was(config):
    """A source that cannot be read costs the rubric and nothing else."""
    shown = page(HTMLExporter, config, FORMGRADER | {"notebook_id": "lost"})

    assert "Because I say so." in shown
    assert "Model answer" not in shown


def test_formgrader_can_show_the_settings(config):
    """They are plain values: names, numbers, lists."""
    assert "SaveJudgedGrades" in json.dumps(config)
