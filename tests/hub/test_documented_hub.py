"""What docs/deploy.md says of one machine and of Kubernetes is run, or checked.

The steps for one machine are run as they stand there, as root, in namespaces in which
users, homes, /opt and /srv are the test's own. Of the image, each step is run in a
plain folder; of Kubernetes, the pod is built that would be asked for. Packages are
those that the tests themselves use.
"""

import asyncio
import json
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import SimpleNamespace

import kubernetes_asyncio.config
import pytest
import yaml
from kubespawner import KubeSpawner
from packaging.requirements import Requirement
from traitlets.config import Config

from tests.hub.test_hub import (
    NAMESPACES,
    PASSWORD,
    ROOT,
    SEPARATE,
    Person,
    free_ports,
    open_folders,
    wait_for,
)

PAGE = (ROOT / "docs" / "deploy.md").read_text("utf-8")
KUBERNETES = ROOT / "deploy" / "kubernetes"
IMAGE = (KUBERNETES / "Dockerfile").read_text("utf-8")
PLACES = ("/home", "/srv")
PROGRAMS = {"git": "git --version", "python3-venv": "python3 -m venv --help"}
# What packages need is lent; to build one, pip fetches setuptools as anywhere.
PIP = {"PIP_NO_DEPS": "1"} | {
    name: value
    for name, value in os.environ.items()
    if name.startswith("PIP_") or name.lower().endswith("_proxy")
}
BORROW = """
import sysconfig, sys
from pathlib import Path
place = Path(sysconfig.get_path("purelib"), "borrowed.pth")
place.write_text(sys.argv[1] + "\\n")
"""


def section(title: str) -> str:
    """Return a section of the page."""
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)[1]


def steps() -> list[str]:
    """Return the commands for one machine, in order."""
    block = re.search(r"^```\n(.*?)^```", section("One machine"), re.M | re.S)[1]
    return [line for line in block.splitlines() if line.strip()]


def borrowed(environment: Path) -> str:
    """Return a command that lends an environment the packages of this one.

    Its programs are given to it, too, as installing them would.
    """
    site = next(path for path in sys.path if path.endswith("site-packages"))
    programs = Path(sys.executable).parent
    python = environment / "bin" / "python"
    lend = f"{python} -c {shlex.quote(BORROW)} {site}"
    return (
        f"{lend}; for each in {programs}/jupyter* {programs}/configurable-*; do "
        f'sed "1s|.*|#!{python}|" "$each" > {environment}/bin/"${{each##*/}}"; '
        f'chmod 755 {environment}/bin/"${{each##*/}}"; done'
    )


def possible() -> bool:
    """Return whether a machine of one's own can be made, with a Python in it."""
    needed = [Path(sys.prefix), Path(sys.base_prefix), ROOT]
    hidden = any(path.is_relative_to("/opt/course") for path in needed)
    hidden |= any(path.is_relative_to(top) for path in needed for top in PLACES)
    programs = ("git", "useradd", "chpasswd", "su")
    return SEPARATE and not hidden and all(map(shutil.which, programs))


def script(folder: Path, ports: list[int]) -> str:
    """Return the documented steps, on a machine that lasts as long as they run."""
    lines = ["set -e", *open_folders(folder)]
    lines += [f"cp -a /etc {folder}/etc", f"mount --bind {folder}/etc /etc"]
    lines += [f"mount -t tmpfs -o mode=0755 none {place}" for place in PLACES]
    # In /opt, beside the course, may lie what pip installs from.
    lines += [f"mkdir {folder}/opt", f"mount --rbind /opt {folder}/opt"]
    lines += ["mount -t tmpfs -o mode=0755 none /opt"]
    lines += [
        f"mkdir /opt/{path.name}; mount --rbind {folder}/opt/{path.name} {path}"
        for path in Path("/opt").iterdir()
        if path.is_dir() and path.name != "course"
    ]
    # Git asks who owns what it clones from a folder.
    lines.append(f"git config --system --add safe.directory {folder}/course.git")
    # What somebody would type.
    lines.append(f'passwd() {{ echo "$1:{PASSWORD}" | chpasswd; }}')
    for line in steps():
        if line.startswith("apt-get install "):
            lines += [PROGRAMS[name] for name in shlex.split(line)[2:]]
            continue
        if "jupyterhub -f" in line:
            line = (
                f"cd /srv; exec {line} --JupyterHub.hub_port={ports[1]} "
                f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{ports[2]}"
            )
        lines.append(line.replace("URL_OF_THIS_REPOSITORY", f"{folder}/course.git"))
        if line.startswith("python3 -m venv"):
            lines.append(borrowed(Path("/opt/course")))
        if "cp -r" in line and "hub" in line:
            (lessons,) = re.findall(r"`(cp -r ~grace/course/notebooks [^`]*)`", PAGE)
            lines.append(lessons)
    return "\n".join(lines) + "\n"


@pytest.mark.slow
@pytest.mark.skipif(not possible(), reason="users of one's own take root on Linux")
def test_the_steps_for_one_machine_make_a_hub():
    """As they stand there; then people log in and find what the page says."""
    folder = Path(tempfile.mkdtemp(prefix="documented-hub-", dir="/tmp"))
    folder.chmod(0o755)
    clone = ["git", "clone", "--quiet", "--bare", str(ROOT), f"{folder}/course.git"]
    subprocess.run(clone, check=True)
    for path in [folder / "course.git", *(folder / "course.git").rglob("*")]:
        path.chmod(path.stat().st_mode | 0o044 | (0o011 if path.is_dir() else 0))
    ports = free_ports(3)
    hub = f"http://127.0.0.1:{ports[0]}"
    start = folder / "start.sh"
    start.write_text(script(folder, ports))
    log = folder / "hub.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*NAMESPACES, "sh", str(start)],
            env={
                **{"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
                **{"LANG": "C.UTF-8", "COURSE_HUB_URL": hub, "HOME": "/srv"},
                **PIP,
            },
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for(hub, process, log)
        grace, ada = (Person(hub, name, log) for name in ("grace", "ada"))
        for person in (grace, ada):
            person.start()
        for person in (grace, ada):
            person.wait()
        where = ada.run(
            "import os, sys, helpers, autograder\n"
            "from helpers.datasets import load_cats\n"
            "print(helpers.__file__, autograder.__file__, sys.prefix)\n"
            "load_cats()\nprint(os.environ['COURSE_DATA'])\n"
            "print(sorted(os.listdir('notebooks'))[0])\n"
            "print(os.access('/home/grace', os.R_OK | os.X_OK))\n"
            "print(os.access('/home/bo', os.R_OK | os.X_OK))"
        ).split()
        course = grace.run(
            "import os\nprint(sorted(os.listdir('course')), os.getcwd())\n"
            "os.chdir('course')\nimport subprocess, sys\n"
            "run = [sys.executable, '-m', 'autograder', 'status']\n"
            "print(subprocess.run(run, capture_output=True, text=True).returncode)"
        )
    except BaseException:
        print(log.read_text(errors="replace")[-8_000:])
        raise
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)

    assert all(path.startswith("/opt/course") for path in where[:4]), where
    assert where[4].startswith("00_")
    assert where[5:] == ["False", "False"]
    assert "'source'" in course and "/home/grace" in course


def test_what_the_steps_install_brings_all_that_they_start():
    """The extra that the page names needs JupyterHub, its proxy and its spawners."""
    (extra,) = re.findall(r"pip install ~grace/'course\[(\w+)\]'", PAGE)
    (again,) = set(re.findall(r"pip install '/build\[(\w+)\]'", IMAGE))
    known, waiting = set(), [("neural-networks-from-scratch", extra)]
    while waiting:
        name, more = waiting.pop()
        for text in distribution(name).requires or []:
            one = Requirement(text)
            if one.marker is None or one.marker.evaluate({"extra": more}):
                if one.name not in known:
                    known.add(one.name)
                    try:
                        distribution(one.name)
                    except PackageNotFoundError:
                        pytest.fail(f"{name} needs {one.name}, which is not here")
                    waiting += [(one.name, each) for each in one.extras or {""}]
    programs = {
        entry.name
        for name in known
        for entry in distribution(name).entry_points
        if entry.group == "console_scripts"
    }

    assert extra == again
    assert {"jupyterhub", "jupyterhub-singleuser"} <= programs
    assert {"configurable-http-proxy", "jupyter-lab", "nbgrader"} <= programs
    assert {"jupyterhub-kubespawner", "jupyterlab"} <= known


def instructions() -> list[tuple[str, str]]:
    """Return the image's instructions."""
    lines = [line for line in IMAGE.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


@pytest.mark.slow
def test_the_image_is_made_by_its_steps_in_a_plain_folder(tmp_path):
    """All but the packages of Debian; it holds no solution and no hidden case."""
    tracked = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True, check=True
    ).stdout.splitlines()

    def here(text: str) -> str:
        return re.sub(r"(?<![\w.])/(build|opt)\b", rf"{tmp_path}/\1", text)

    done = []
    for word, rest in instructions():
        done.append(word)
        if word == "COPY":
            *sources, target = rest.split()
            for source in sources:
                files = [
                    f for f in tracked if f == source or f.startswith(f"{source}/")
                ]
                assert files, f"{source} is no part of the repository"
                for file in files:
                    inner = os.path.relpath(file, source)
                    name = os.path.basename(source) if inner == "." else inner
                    place = Path(here(target), name)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(ROOT / file, place)
        elif word == "RUN" and "apt-get" in rest:
            wanted = rest.split("--no-install-recommends")[1].split()
            assert set(wanted) <= set(PROGRAMS)
        elif word == "RUN":
            path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
            environment = {"PATH": path, "HOME": str(tmp_path), **PIP}
            command = here(rest)
            if "-m venv" in command:
                command += f" && {borrowed(tmp_path / 'opt' / 'course')}"
            run = subprocess.run(
                ["sh", "-ec", command],
                env=environment,
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            assert run.returncode == 0, run.stdout
    python = tmp_path / "opt" / "course" / "bin" / "python"
    imported = subprocess.run(
        [
            python,
            "-c",
            "import autograder, helpers; from helpers.datasets import load_cats; "
            "load_cats(); print(autograder.__file__, helpers.__file__)",
        ],
        env={"COURSE_DATA": here("/opt/course/data"), "PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    command = json.loads(dict(instructions())["CMD"])
    held = [path for path in (tmp_path / "opt").rglob("*") if path.is_file()]

    assert done[0] == "FROM" and done[-1] == "CMD"
    assert imported.stdout.count(str(tmp_path)) == 2, imported.stderr
    assert os.access(here(command[0]), os.X_OK)
    assert not (tmp_path / "build").exists()
    assert (tmp_path / "opt" / "course" / "hub" / "jupyterhub_config.py").exists()
    assignments = {path.name for path in (ROOT / "source").iterdir()}
    assert not [path for path in held if assignments & set(path.parts)]


def settings() -> dict:
    """Return the names that the page's settings for Kubernetes define."""
    (block,) = re.findall(r"```python\n(.*?)```", section("Kubernetes"), re.S)
    names: dict = {"c": Config()}
    exec(block, names)
    return names


def test_the_commands_for_kubernetes_name_what_there_is():
    """Files, the image of the settings, and the job."""
    page = section("Kubernetes")
    (block,) = re.findall(r"^```\n(.*?)^```", page, re.M | re.S)
    words = [shlex.split(line) for line in block.splitlines()]
    files = [word for line in words for word in line if word.startswith("deploy/")]
    images = [word for line in words for word in line if "/course:" in word]
    jobs = re.findall(r"kubectl delete job (\w+)", page)

    assert len(files) == 2 and all((ROOT / name).is_file() for name in files)
    assert len(images) == 2
    assert set(images) == {settings()["c"].KubeSpawner.image}
    assert jobs and all(f"Job/{name}" in manifests() for name in jobs)


def manifests() -> dict[str, dict]:
    """Return the objects of the file for Kubernetes, by kind and name."""
    every = yaml.safe_load_all((KUBERNETES / "course.yaml").read_text("utf-8"))
    return {f"{one['kind']}/{one['metadata']['name']}": one for one in every}


@pytest.mark.parametrize(("name", "number"), [("grace", 64101), ("ada", 64102)])
def test_a_pod_has_the_number_the_folders_and_the_settings_of_its_person(
    monkeypatch, name, number
):
    """What KubeSpawner would ask a cluster for, and what it mounts is there."""
    # As within a cluster, whose server is never asked.
    monkeypatch.setattr(
        kubernetes_asyncio.config, "load_incluster_config", lambda: None
    )
    names = settings()

    async def pod() -> dict:
        user = SimpleNamespace(name=name, id=1, url=f"/user/{name}/", escaped_name=name)
        hub = SimpleNamespace(
            public_host="", url="/", base_url="/hub/", api_url="http://hub:8081/hub/api"
        )
        spawner = KubeSpawner(config=names["c"], user=user, hub=hub)
        names["c"].Spawner.pre_spawn_hook(spawner)
        manifest = await spawner.get_pod_manifest()
        return spawner.api.api_client.sanitize_for_serialization(manifest)

    # The browser of other tests of this process has a loop in its thread.
    with ThreadPoolExecutor(1) as thread:
        spec = thread.submit(asyncio.run, pod()).result()["spec"]
    (container,) = spec["containers"]
    environment = {one["name"]: one.get("value") for one in container["env"]}
    mounts = {one["mountPath"]: one for one in container["volumeMounts"]}
    there = manifests()
    claims = [v["persistentVolumeClaim"]["claimName"] for v in spec["volumes"][:2]]

    assert container["securityContext"]["runAsUser"] == number
    assert container["securityContext"]["runAsGroup"] == number
    assert environment["HOME"] == container["workingDir"] == f"/home/{name}"
    assert mounts[f"/home/{name}"]["subPath"] == name
    assert {m["name"] for m in mounts.values()} <= {v["name"] for v in spec["volumes"]}
    assert environment["COURSE_EXCHANGE"] in mounts
    shared = environment["JUPYTER_CONFIG_PATH"].split(":")
    assert ("/opt/course/hub/learner" in shared) == (name != "grace")
    for folder in shared:
        assert (ROOT / "deploy/jupyterhub" / Path(folder).name).is_dir()
    assert container["image"] == re.search(r"-t (\S+) \.", IMAGE)[1]
    assert container["args"][0] == json.loads(dict(instructions())["CMD"])[0]
    for claim in claims:
        modes = there[f"PersistentVolumeClaim/{claim}"]["spec"]["accessModes"]
        assert modes == ["ReadWriteMany"]
    passwd = there["ConfigMap/people"]["data"]["passwd"]
    people = {line.split(":")[0]: line.split(":") for line in passwd.splitlines()}
    for person, own in names["NUMBERS"].items():
        assert people[person][2:4] == [str(own)] * 2
        assert people[person][5] == f"/home/{person}"


@pytest.mark.skipif(os.geteuid() != 0, reason="giving folders away takes root")
def test_the_job_makes_closed_folders_for_all_people(tmp_path):
    """Run twice; what is there stays."""
    (job,) = (one for name, one in manifests().items() if name.startswith("Job/"))
    (container,) = job["spec"]["template"]["spec"]["containers"]
    *shell, text = container["command"]
    places = {one["mountPath"]: one["name"] for one in container["volumeMounts"]}
    for place, name in places.items():
        (tmp_path / name).mkdir()
        text = re.sub(rf"(?<!\w){place}\b", str(tmp_path / name), text)
    passwd = manifests()["ConfigMap/people"]["data"]["passwd"]
    (tmp_path / "people" / "passwd").write_text(passwd)
    subprocess.run([*shell, text], check=True)
    (tmp_path / "homes" / "ada" / "work.ipynb").write_text("{}")
    subprocess.run([*shell, text], check=True)
    homes = {path.name: path.stat() for path in (tmp_path / "homes").iterdir()}

    assert {name: one.st_uid for name, one in homes.items()} == settings()["NUMBERS"]
    assert {stat.S_IMODE(one.st_mode) for one in homes.values()} == {0o700}
    assert (tmp_path / "homes" / "ada" / "work.ipynb").exists()
    assert stat.S_IMODE((tmp_path / "exchange").stat().st_mode) == 0o1777
