"""Settings that leave out a step of grading are refused by name."""

import copy

import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config import Config

from autograder.errors import CourseError
from autograder.nbgrader.configuration import configure
from autograder.nbgrader.execution import JudgedExecute
from autograder.nbgrader.steps import check_configured

THEIRS = "nbgrader.preprocessors"


class Stamp(NbGraderPreprocessor):
    """A step of a course's own."""


class Own(JudgedExecute):
    """A step of ours that a course has changed."""


@pytest.fixture
def config(tmp_path):
    """Return the settings of any course."""
    made = Config()
    configure(made, tmp_path)
    return made


def test_steps_of_a_courses_own_may_stand_between_ours(config):
    steps = config.Autograde.autograde_preprocessors
    config.GenerateAssignment.preprocessors.append(f"{__name__}.Stamp")
    steps.insert(0, Stamp)
    steps[1] = Own

    check_configured(config)


def replace(config):
    config.Autograde.autograde_preprocessors = [
        f"{THEIRS}.{name}" for name in ("Execute", "LimitOutput", "SaveAutoGrades")
    ]


def add_an_unsafe_one(config):
    config.Autograde.autograde_preprocessors.append(f"{THEIRS}.Execute")


def turn_about(config):
    config.GenerateAssignment.preprocessors.reverse()


def misspell(config):
    config.GenerateFeedback.preprocessors.append("no_such_module.Step")


def forget(config):
    del config.GenerateAssignment


def rename(config):
    config.CourseDirectory.source_directory = "src"


def restructure(config):
    config.CourseDirectory.directory_structure = "{assignment_id}/{student_id}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (restructure, r"directory_structure is .*; leave this setting out"),
        (rename, r"c\.CourseDirectory\.source_directory is 'src'.*'source' only"),
        (replace, r"c\.Autograde\.autograde_preprocessors lacks .*JudgedExecute: call"),
        (add_an_unsafe_one, r"preprocessors\.Execute in .* outside of the sandbox"),
        (turn_about, "stands too early"),
        (misspell, r"no_such_module\.Step cannot be imported"),
        (forget, r"c\.GenerateAssignment\.exporter_class is not"),
    ],
)
def test_a_step_that_is_missing_is_named(config, change, said):
    """As in settings of a course that was nbgrader's alone."""
    change(config)

    with pytest.raises(CourseError, match=said):
        check_configured(config)


def test_a_folder_may_be_named_by_its_whole_path(config, tmp_path):
    config.CourseDirectory.submitted_directory = str(tmp_path / "submitted")

    check_configured(config)


@pytest.mark.parametrize(
    ("section", "steps", "command"),
    [
        ("Autograde", "autograde_preprocessors", "autograde"),
        ("GenerateAssignment", "preprocessors", "generate_assignment"),
        ("GenerateFeedback", "preprocessors", "generate_feedback"),
    ],
)
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_nbgraders_own_commands_refuse_them_too(
    tiny_course, hand_in, section, steps, command
):
    """Nothing runs, nothing is released, nothing is returned."""
    hand_in("stepless")
    changed = copy.deepcopy(tiny_course.config)
    changed[section][steps] = [f"{THEIRS}.ClearOutput"]
    own = [] if section == "GenerateAssignment" else ["stepless"]
    if section == "GenerateFeedback":
        tiny_course.api.autograde("01_tiny", "stepless")

    done = getattr(NbGraderAPI(tiny_course.directory, config=changed), command)(
        "01_tiny", *own
    )

    assert not done["success"]
    assert f"c.{section}.{steps} lacks autograder." in " ".join(done["log"].split())


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_files_for_graders_are_never_released(tiny_course):
    """A list of what is ignored that takes the place of ours names none of them."""
    changed = copy.deepcopy(tiny_course.config)
    changed.CourseDirectory.ignore = ["*.pyc"]
    directory = CourseDirectory(config=changed)

    done = NbGraderAPI(directory, config=changed).generate_assignment("01_tiny")

    assert not done["success"]
    assert "leaves out misconceptions.toml" in " ".join(done["log"].split())
    release = tiny_course.root / "release" / "01_tiny"
    assert not (release / "misconceptions.toml").exists()
