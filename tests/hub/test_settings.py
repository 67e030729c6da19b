"""The settings that the hub's files and the pages for instructors name."""

import importlib
import re
import shutil
from pathlib import Path

import dask
import pytest
import yaml
from click.testing import CliRunner
from traitlets.config import PyFileConfigLoader

from autograder.service.server import Server

serve_module = importlib.import_module("autograder.cli.serve")
ROOT = Path(__file__).resolve().parents[2]
FILES = [ROOT / "docs" / "deploy.md", *sorted((ROOT / "deploy").rglob("*.py"))]
PAGES = [ROOT / "docs" / name for name in ("instructor.md", "service.md")]
PLACES = {
    "AssignLatePenalties": "nbgrader.preprocessors",
    "Authenticator": "jupyterhub.auth",
    "BoundedExtractor": "autograder.nbgrader.collecting",
    "CanvasExport": "autograder.nbgrader.exports",
    "ClearSolutions": "nbgrader.preprocessors",
    "ConfigurableHTTPProxy": "jupyterhub.proxy",
    "CourseDirectory": "nbgrader.coursedir",
    "Exchange": "nbgrader.exchange.default",
    "Execute": "nbgrader.preprocessors",
    "FileNameCollectorPlugin": "nbgrader.plugins",
    "GenerateAssignment": "nbgrader.converters",
    "GradingService": "autograder.service.settings",
    "JupyterHub": "jupyterhub.app",
    "KubeSpawner": "kubespawner",
    "LatePenalty": "autograder.nbgrader.late",
    "LateSubmissionPlugin": "nbgrader.plugins",
    "LmsCollector": "autograder.nbgrader.collecting",
    "MoodleExport": "autograder.nbgrader.exports",
    "PAMAuthenticator": "jupyterhub.auth",
    "ReleaseExporter": "autograder.nbgrader.generation",
    "Sandbox": "autograder.sandbox.settings",
    "SharedPasswordAuthenticator": "jupyterhub.authenticators.shared",
    "SimpleLocalProcessSpawner": "jupyterhub.spawner",
    "Spawner": "jupyterhub.spawner",
}
NAMED = sorted(
    {
        setting
        for path in (*FILES, *PAGES)
        for setting in re.findall(r"\bc\.([A-Z]\w+\.\w+)", path.read_text("utf-8"))
    }
)


@pytest.mark.parametrize("setting", NAMED)
def test_every_setting_that_is_named_exists(setting):
    """A slip in a name would be ignored without a word."""
    owner, name = setting.split(".")
    place = PLACES[owner]
    traits = getattr(importlib.import_module(place), owner).class_traits(config=True)

    assert name in traits


def test_every_setting_of_dask_that_is_named_exists():
    """The keys of the example stand in Dask's own defaults, at the same places."""
    importlib.import_module("distributed")  # brings its defaults
    (example,) = re.findall(r"```yaml\n(.*?)```", FILES[0].read_text("utf-8"), re.S)
    places = [("", yaml.safe_load(example))]
    for place, value in places:
        if isinstance(value, dict):
            places += [(f"{place}.{key}".strip("."), v) for key, v in value.items()]
        else:
            dask.config.get(place)

    assert len(places) > 10


def test_every_option_of_dasks_commands_that_is_named_exists():
    """``dask scheduler`` and ``dask worker`` know the options that are shown."""
    from distributed.cli.dask_scheduler import main as scheduler
    from distributed.cli.dask_worker import main as worker

    text = FILES[0].read_text("utf-8")
    for name, command in (("scheduler", scheduler), ("worker", worker)):
        (line,) = re.findall(rf"^dask {name} .*?(?=  |$)", text, re.M)
        known = {option for one in command.params for option in one.opts}
        named = set(re.findall(r"--[a-z]+", line))

        assert named
        assert named <= known


def test_every_variable_that_is_read_is_described():
    """docs/deploy.md has a row for each, and no row for others."""
    read = set()
    for path in FILES[1:]:
        read |= set(re.findall(r'"(COURSE_\w+)"', path.read_text("utf-8")))
    rows = set(re.findall(r"^\| `(COURSE_\w+)`", FILES[0].read_text("utf-8"), re.M))

    # How the hub tells a learner's server whose it is.
    assert read - {"COURSE_LEARNER"} == rows


@pytest.mark.parametrize("root", [True, False])
def test_without_root_everybody_has_a_folder_and_one_password(
    tmp_path, monkeypatch, root
):
    """As root, the system's users and passwords are used."""
    monkeypatch.setattr("os.geteuid", lambda: 0 if root else 1000)
    monkeypatch.setenv("COURSE_HUB_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("COURSE_EXCHANGE", str(tmp_path / "exchange"))
    monkeypatch.setenv("COURSE_HUB_PASSWORD", "long enough")
    path = ROOT / "deploy" / "jupyterhub"
    config = PyFileConfigLoader("jupyterhub_config.py", str(path)).load_config()
    spawner = config.JupyterHub.spawner_class.split(".")[-1]
    expected = (
        ("pam", "LocalProcessSpawner")
        if root
        else ("shared-password", "SimpleLocalProcessSpawner")
    )

    assert (config.JupyterHub.authenticator_class, spawner) == expected
    assert config.Authenticator.allowed_users == {"grace", "ada", "bo"}


def test_the_hub_grades_a_course_that_comes_later(tmp_path, monkeypatch, tiny_course):
    """The service that the hub starts waits for the course, then watches."""
    exchange = tmp_path / "exchange"
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("COURSE_HUB_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("COURSE_EXCHANGE", str(exchange))
    monkeypatch.setenv("COURSE_HUB_PASSWORD", "long enough")
    monkeypatch.setenv("COURSE_GRADING", "grace")
    path = ROOT / "deploy" / "jupyterhub"
    config = PyFileConfigLoader("jupyterhub_config.py", str(path)).load_config()
    (service,) = config.JupyterHub.services
    monkeypatch.setattr(serve_module, "AGAIN", 0.01)
    monkeypatch.setattr(Server, "run", lambda self: None)
    for name, value in service["environment"].items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(service["cwd"])
    runner = CliRunner()

    def arrive(problem: str) -> None:
        """Be the instructor, who copies the course while the service waits."""
        shutil.copytree(tiny_course.root, "course")
        with Path("course", "nbgrader_config.py").open("a") as settings:
            settings.write("c.GradingService.port = 0\n")  # others test here too
        said.append(problem)

    said: list[str] = []
    monkeypatch.setattr(serve_module.time, "sleep", arrive)
    assert service["command"][1:4] == ["-m", "autograder", "serve"]
    done = runner.invoke(serve_module.serve, service["command"][4:])

    assert done.exit_code == 0, done.output
    assert len(said) == 1
    assert "waiting: " in done.output and "no nbgrader_config.py" in done.output
    assert f"watching {exchange}/neural-networks/inbound" in done.output
