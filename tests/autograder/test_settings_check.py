"""A slip in a course's settings is one sentence, before anything is done."""

import pytest
from click.testing import CliRunner

from autograder.cli.main import main
from autograder.errors import CourseError
from autograder.nbgrader.course import Course
from autograder.nbgrader.settings_check import check_settings, read_settings

CONFIG = """
from autograder.nbgrader.configuration import configure

c = get_config()
configure(c, __file__, "tiny")
"""


def write(folder, line):
    (folder / "nbgrader_config.py").write_text(f"{CONFIG}{line}\n")
    return folder


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("c.LatePenalty.percent_per_days = 2.0", "is it percent_per_day?"),
        ("c.LatePenalty.percent_per_day = 'ten'", "expected a float"),
        ("c.LatePenalty.percent_per_day = -1.0", "less than 0.0"),
        ("c.LatePenalty.most_percent = 200.0", "greater than 100.0"),
        ("c.CanvasExport.sis_user = 'yes'", "expected a boolean"),
        ("c.GradingService.attemps = 3", "is it attempts?"),
        ("c.Sandbox.no_such_thing = 3", "c.Sandbox has no setting no_such_thing"),
        ("c.Exchange.root = 5", "c.Exchange.root = 5: "),
        (
            "c.AssignLatePenalties.plugin_class = 'autograder.nbgrader.late.Late'",
            "could not be imported",
        ),
        ("c.Foo.bar = nothing", "line 6: NameError: name 'nothing' is not defined"),
        ("c = (", "line 6: SyntaxError: '(' was never closed: `c = (`"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path, monkeypatch, line, said):
    monkeypatch.chdir(write(tmp_path, line))

    result = CliRunner().invoke(main, ["status"])

    assert result.exit_code == 1
    assert result.output.startswith("Error: nbgrader_config.py")
    assert said in result.output
    assert result.output.count("\n") == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("c.LatePenalties.percent_per_day = 2.0", "is it c.LatePenalty?"),
        ("c.CourseDirectory.db_uri = 'x'", "is it db_url?"),
        ("c.Autograde.pre_convert_hook = print", "by nbgrader's own commands only"),
    ],
)
def test_a_doubtful_name_of_others_is_said(tmp_path, caplog, line, said):
    """No error: other extensions have settings of their own."""
    Course(write(tmp_path, line))

    assert said in caplog.text


@pytest.mark.parametrize(
    "line",
    [
        "",
        "c.LatePenalty.percent_per_day = 20",
        "c.CourseDirectory.ignore.append('inputs.py')",
        "c.LmsCollector.identity = 'Username'",
        "c.TheirPlugin.anything = 3",
        "c.GradingService.assignments = {'ps1': {'attempts': 3}}",
    ],
)
def test_what_holds_is_not_remarked_on(tmp_path, line):
    assert check_settings(read_settings(write(tmp_path, line))) == []


def test_the_text_of_an_error_in_another_file_is_not_looked_for(tmp_path):
    """The line is that of the settings which led there."""
    with pytest.raises(CourseError, match="line 6: ModuleNotFoundError"):
        read_settings(write(tmp_path, "import no_such_module"))


def test_settings_of_the_machine_hold_for_all_commands(tmp_path, monkeypatch):
    """nbgrader reads them, too; another gradebook would have half of the marks."""
    machine, user = tmp_path / "machine", tmp_path / "user"
    course = tmp_path / "course"
    for folder in (machine, user, course):
        folder.mkdir()
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(machine))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(user))
    (machine / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "c.CourseDirectory.db_url = 'sqlite:///central.db'\n"
        "c.CourseDirectory.course_id = 'another'\n"
        "c.Autograde.sanitize_preprocessors = []\n"
    )
    (user / "nbgrader_config.json").write_text('{"LatePenalty": {"most_percent": 9}}')

    config = Course(write(course, "")).config

    assert config.CourseDirectory.db_url == "sqlite:///central.db"
    assert config.CourseDirectory.course_id == "tiny"
    assert config.LatePenalty.most_percent == 9

    (machine / "nbgrader_config.py").write_text("c = nothing")
    with pytest.raises(CourseError, match=f"{machine}.*, line 1: NameError"):
        Course(course)
