"""What is collected from the exchange, whatever else lies in its inbound folder."""

import logging

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.nbgrader.configuration import configure
from autograder.nbgrader.inbound import Collect


def test_a_folder_without_a_time_keeps_nobodys_work_away(tmp_path, caplog):
    """Every learner may make one; nbgrader's own collecting ends there."""
    config = Config()
    configure(config, tmp_path, "course")
    config.Exchange.root = str(tmp_path / "exchange")
    inbound = tmp_path / "exchange" / "course" / "inbound"
    for name in (
        "ada+ps1+2030-01-02 03:04:05 UTC+0a1b",
        "ada+ps1+2030-01-03 03:04:05 UTC+0a1b",
        "ada+ps1+never+0a1b",
        "bo+ps1+99999999999999999999+0a1b",
        "cy+ps1+",
    ):
        (inbound / name).mkdir(parents=True)
        (inbound / name / "problem.ipynb").write_text(name)
    directory = CourseDirectory(config=config)
    directory.assignment_id = "ps1"
    collect = Collect(coursedir=directory, config=config)
    collect.check_owner = False
    collect.log = logging.getLogger("collecting")

    collect.start()

    assert config.ExchangeFactory.collect == "autograder.nbgrader.inbound.Collect"
    assert [path.name for path in (tmp_path / "submitted").iterdir()] == ["ada"]
    text = (tmp_path / "submitted" / "ada" / "ps1" / "problem.ipynb").read_text()
    assert "2030-01-03" in text
    for name in ("ada+ps1+never", "bo+ps1+9", "cy+ps1+"):
        assert caplog.text.count(f"inbound/{name}") == 1
