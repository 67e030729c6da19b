"""What other platforms are given, by the contracts that they document."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from traitlets.config import Config

import autograder
from autograder.doors import prairielearn
from autograder.doors.gradescope import VISIBLE, build_zip
from tests.conftest import ROOT
from tests.course import CENTRE
from tests.service.conftest import MISTAKE

pytestmark = pytest.mark.slow

HINT = "One of the two axes runs over examples."
TEST_KEYS = {
    "score",
    "max_score",
    "status",
    "name",
    "name_format",
    "number",
    "output",
    "output_format",
    "visibility",
}
INSTALLED = ("autograder", "helpers", "data")
NAMESPACE = ["unshare", "--mount", "--propagation=private", "--pid", "--fork"]
NAMESPACE += ["--mount-proc", "--kill-child"]


@pytest.fixture(scope="module")
def image(tiny_course, tmp_path_factory):
    """Return Gradescope's folder, with the unpacked zip and an environment."""
    root = tmp_path_factory.mktemp("image") / "autograder"
    path = root.parent / "autograder.zip"
    build_zip(tiny_course, "01_tiny", path, "after_due_date", "visible")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for name in ("source", "submission", "results"):
        (root / name).mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-m", "zipfile", "-e", path, root / "source"], check=True
    )
    with zipfile.ZipFile(path) as archive:
        modes = {one.filename: one.external_attr >> 16 for one in archive.infolist()}
    assert modes["setup.sh"] & modes["run_autograder"] & 0o111
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", root / "source" / name], check=True)
    # As setup.sh would have made it: libraries from here, the package from the zip.
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", root / "venv"], check=True
    )
    (packages,) = (root / "venv").glob("lib/python*/site-packages")
    paths = [sysconfig.get_path("purelib"), root / "source", "/autograder/source"]
    (packages / "course.pth").write_text("".join(f"{path}\n" for path in paths))
    shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
    (root / "run_autograder").chmod(0o755)
    return root


def _submit(image, place, centre):
    here = place()
    folder = here.submit("ada+01_tiny+1", centre)
    shutil.copy(folder / "tiny.ipynb", image / "submission" / "tiny.ipynb")


def _can_contain() -> bool:
    """Tell whether a root of its own can be made here."""
    possible = os.geteuid() == 0 and shutil.which("unshare") and shutil.which("setpriv")
    return bool(possible) and not subprocess.run([*NAMESPACE, "true"]).returncode


def _in_container(where: Path, mounts: dict[str, Path], command: str) -> list[str]:
    """Return what runs a command in a root of its own, as root without rights.

    A container's root may not make namespaces.
    """
    root = where / "root"
    folders = ["/usr", "/bin", "/lib", "/lib64", "/etc", "/dev", "/proc", "/tmp"]
    folders += [sys.prefix, sys.base_prefix]
    mounts = {folder: Path(folder) for folder in folders} | mounts
    lines = ["set -e", f"mkdir -p '{root}/root'"]
    for folder, source in mounts.items():
        if source.is_dir():
            lines.append(f"mkdir -p '{root}{folder}'")
            lines.append(f"mount --rbind '{source}' '{root}{folder}'")
    dropped = "setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin"
    run = "env -i PATH=/usr/bin:/bin HOME=/root"
    lines.append(f"exec {dropped} chroot '{root}' {run} {command}")
    script = where / "container.sh"
    script.write_text("\n".join(lines) + "\n")
    return [*NAMESPACE, "sh", str(script)]


def test_gradescope_gets_scores_tests_and_visibility(image, place):
    """In a root of its own, with the walls that a container allows, or none graded."""
    _submit(image, place, MISTAKE)
    command = ["env", "-i", "PATH=/usr/bin:/bin", f"AUTOGRADER_ROOT={image}"]
    command.append(str(image / "run_autograder"))
    if _can_contain():
        mounts = {"/autograder": image}
        command = _in_container(image.parent, mounts, "/autograder/run_autograder")
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr[-3000:]
    form = json.loads((image / "results" / "results.json").read_text())

    assert form["score"] == 4, run.stderr[-3000:]
    assert [test["score"] for test in form["tests"]] == [0, 4]
    assert [test["max_score"] for test in form["tests"]] == [3, 4]
    assert [test["status"] for test in form["tests"]] == ["failed", "passed"]
    assert all(set(test) == TEST_KEYS for test in form["tests"])
    assert {test["visibility"] for test in form["tests"]} == {"after_due_date"}
    assert form["visibility"] in VISIBLE and form["stdout_visibility"] == "hidden"
    assert HINT in form["tests"][0]["output"]
    assert "8675309" not in json.dumps(form)
    assert form["extra_data"]["results"][0]["sandbox"] not in ("", "none")


def test_gradescope_is_told_when_nothing_can_be_graded(image):
    """A fault of ours is a result too, without a word of what went wrong."""
    (image / "submission" / "tiny.ipynb").unlink(missing_ok=True)
    policy = image / "source" / "policy.json"
    kept = policy.read_text()
    policy.write_text(kept.replace("01_tiny", "02_none"))
    environment = {"PATH": "/usr/bin:/bin", "AUTOGRADER_ROOT": str(image)}
    try:
        subprocess.run(
            [image / "run_autograder"], check=True, env=environment, timeout=120
        )
    finally:
        policy.write_text(kept)
    form = json.loads((image / "results" / "results.json").read_text())

    assert form["score"] == 0
    assert "Ask your instructor" in form["output"]
    assert "cases" not in form["output"]


def test_landlock_holds_where_namespaces_are_forbidden(tiny_course, place):
    """What a container's root has left: the cases stay out of reach."""
    here = place()
    cases = tiny_course.root / "cases"
    spy = f"    open({str(cases / '01_tiny' / 'tiny.json')!r}).read()\n    return Z"
    path = here.submit("ada+01_tiny+1", CENTRE.replace("    return Z", spy))
    config = Config({"Sandbox": {"namespaces": False}, "Execute": {"timeout": 60}})
    result = autograder.grade(
        path / "tiny.ipynb", "01_tiny", cases=cases, config=config
    )

    assert result.sandbox not in ("", "none", "namespaces")
    assert result.cells[0].points == 0


def test_prairielearn_gets_a_score_and_tests(tiny_course, place, tmp_path):
    """From 0 to 1, with plain text; what cannot be read uses up no attempt."""
    here = place()
    job = tmp_path / "job"  # with nothing but what PrairieLearn puts there
    for name in ("student", "tests", "data"):
        (job / name).mkdir(parents=True)
    (job / "data" / "data.json").write_text('{"submitted_answers": {}}')
    shutil.copytree(tiny_course.root / "cases", job / "tests" / "cases")
    folder = here.submit("ada+01_tiny+1", MISTAKE)
    shutil.copy(folder / "tiny.ipynb", job / "student")
    page = (ROOT / "docs" / "doors.md").read_text()
    (block,) = re.findall(r"```json\n(.*?)```", page, re.S)
    options = json.loads(block)["externalGradingOptions"]
    path, *arguments = options["entrypoint"]
    assert Path(path).is_absolute() and options["timeout"] <= 600
    command = [sys.executable, *arguments[:2], "01_tiny"]
    if _can_contain():
        mounts = {f"{ROOT}/{name}": ROOT / name for name in INSTALLED}
        command = _in_container(tmp_path, {"/grade": job} | mounts, " ".join(command))
    else:
        command.append(str(job))
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr[-3000:]
    written = (job / "results" / "results.json").read_text()
    form = json.loads(written)
    (job / "student" / "tiny.ipynb").write_text("not a notebook")
    prairielearn.main(job, "01_tiny")
    damaged = json.loads((job / "results" / "results.json").read_text())

    assert form["gradable"] is True, run.stderr[-3000:]
    assert "8675309" not in written and len(written) < 1_000_000
    assert form["score"] == pytest.approx(4 / 7, abs=1e-5)
    assert [test["points"] for test in form["tests"]] == [0, 4]
    assert HINT in form["tests"][0]["output"]
    assert damaged["gradable"] is False and damaged["format_errors"]
