"""A JupyterHub with two learners, an instructor and a shared exchange.

It runs in namespaces of its own, with users that exist only there: nothing of the
machine is changed, and when the namespace ends, so does all that ran in it. Where
only root could do that, all servers run as one user, as the hub's settings have it
then: everything is tried but that the system keeps people's files apart.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from tests.course import CENTRE, SPREAD, write_source

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "deploy" / "jupyterhub" / "jupyterhub_config.py"
USERS = {"grace": 64101, "ada": 64102, "bo": 64103}
PASSWORD = "correct horse battery staple"
COURSE = "neural-networks"
TINY = "01_tiny"
NAMESPACES = ["unshare", "--mount", "--propagation=private", "--pid", "--fork"]
NAMESPACES += ["--mount-proc", "--kill-child"]
ONE_USER = (
    "the hub ran with one user of the system for all, so that a learner cannot read "
    "another's files was not tried: it takes root on Linux, in a container with "
    "--cap-add SYS_ADMIN"
)
# A busy machine takes long to start a server.
PATIENCE = 180
NOT_LONG = 30  # seconds; five, and what asking a busy server for the page takes
MISTAKE = CENTRE.replace("axis=1", "axis=0")
HINT = "One of the two axes runs over examples."


def _separate() -> bool:
    """Return whether servers can run as users of their own, as only root can do it."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return False
    if shutil.which("perl") is None or shutil.which("unshare") is None:
        return False
    return subprocess.run([*NAMESPACES, "true"], capture_output=True).returncode == 0


SEPARATE = _separate()
pytestmark = pytest.mark.slow


class Person:
    """Somebody who logs in with a browser and works on a server of their own."""

    def __init__(self, hub: str, name: str, log: Path) -> None:
        import requests

        self.hub, self.name, self._log = hub, name, log
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.get(f"{hub}/hub/login", timeout=60)
        answer = self.session.post(
            f"{hub}/hub/login",
            data={
                "username": name,
                "password": PASSWORD,
                "_xsrf": self._xsrf(),
            },
            allow_redirects=False,
            timeout=60,
        )
        assert answer.status_code == 302, answer.text
        answer = self.session.post(
            f"{hub}/hub/api/users/{name}/tokens",
            params={"_xsrf": self._xsrf()},
            json={"note": "test"},
            timeout=60,
        )
        answer.raise_for_status()
        self.token = answer.json()["token"]
        self.session.cookies.clear()
        self.session.headers["Authorization"] = f"token {self.token}"

    def _xsrf(self) -> str:
        return next(
            cookie.value for cookie in self.session.cookies if cookie.name == "_xsrf"
        )

    def said(self) -> str:
        """Return what the hub and all that it started have printed last."""
        return self._log.read_text(errors="replace")[-5000:]

    def start(self) -> None:
        """Start the server."""
        user = f"{self.hub}/hub/api/users/{self.name}"
        self.session.post(f"{user}/server", timeout=60).raise_for_status()

    def wait(self) -> None:
        """Wait until the server is ready."""
        user = f"{self.hub}/hub/api/users/{self.name}"
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            servers = self.session.get(user, timeout=60).json().get("servers", {})
            if servers.get("", {}).get("ready"):
                return
            time.sleep(0.5)
        raise AssertionError(f"the server of {self.name} did not start")

    def ask(self, method: str, path: str, server: str | None = None, **more):
        """Ask a server, one's own unless said otherwise."""
        url = f"{self.hub}/user/{server or self.name}/{path}"
        return self.session.request(
            method, url, timeout=PATIENCE, allow_redirects=False, **more
        )

    def get(self, path: str, **more):
        answer = self.ask("GET", path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, data: dict | None = None):
        answer = self.ask("POST", path, json=data or {})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def assignments(self, action: str) -> list[dict]:
        """Fetch, submit, or fetch feedback, through nbgrader's Assignment List."""
        answer = self.post(
            f"assignments/{action}", {"course_id": COURSE, "assignment_id": TINY}
        )
        assert answer["success"], answer["value"]
        return answer["value"]

    def formgrader(self, path: str) -> None:
        """Press one of Formgrader's buttons."""
        answer = self.post(f"formgrader/api/{path}")
        assert answer["success"], answer.get("error") or answer.get("log")

    def run(self, source: str) -> str:
        """Run a line in a kernel of the server, and return what it prints."""
        import websocket

        kernel = self.post("api/kernels")["id"]
        url = f"{self.hub.replace('http', 'ws', 1)}/user/{self.name}/api/kernels"
        channel = websocket.create_connection(
            f"{url}/{kernel}/channels",
            header=[f"Authorization: token {self.token}"],
            timeout=PATIENCE,
        )
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": "execute_request",
            "username": "",
            "session": uuid.uuid4().hex,
            "version": "5.3",
        }
        content = {"code": source, "silent": False}
        message = {"header": header, "parent_header": {}, "metadata": {}}
        message |= {"content": content, "channel": "shell"}
        printed = ""
        with contextlib.closing(channel):
            channel.send(json.dumps(message))
            while True:
                got = json.loads(channel.recv())
                if got["parent_header"].get("msg_id") != header["msg_id"]:
                    continue
                if got["msg_type"] == "stream":
                    printed += got["content"]["text"]
                if got["msg_type"] == "error":
                    printed += got["content"]["ename"]
                if got["msg_type"] == "status":
                    if got["content"]["execution_state"] == "idle":
                        break
        self.ask("DELETE", f"api/kernels/{kernel}")
        return printed


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _write_users(folder: Path) -> list[str]:
    """Write users and passwords, and return the commands that put them in place."""
    hashed = subprocess.run(
        ["perl", "-e", "print crypt($ARGV[0], q($6$saltsalt$))", PASSWORD],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = {"passwd": [], "group": [], "shadow": []}
    for name, number in USERS.items():
        home = folder / "home" / name
        home.mkdir(parents=True)
        os.chown(home, number, number)
        lines["passwd"].append(f"{name}:x:{number}:{number}::{home}:/bin/sh")
        lines["group"].append(f"{name}:x:{number}:")
        lines["shadow"].append(f"{name}:{hashed}:20000:0:99999:7:::")
    commands = []
    for name, more in lines.items():
        path = folder / name
        path.write_text(
            Path(f"/etc/{name}").read_text() + "".join(f"{line}\n" for line in more)
        )
        path.chmod(0o600 if name == "shadow" else 0o644)
        commands.append(f"mount --bind {path} /etc/{name}")
    return commands


def open_folders(folder: Path) -> list[str]:
    """Return commands that let everybody in to where Python and the course lie.

    An interpreter below a closed home folder cannot be run by other users.
    """
    proxy = Path(shutil.which("configurable-http-proxy"))
    needed: set[Path] = set()
    for path in (ROOT, Path(sys.prefix), Path(sys.base_prefix), proxy.parent.parent):
        if path.stat().st_mode & 0o001:
            needed.add(path)
        else:
            needed.update(inner for inner in path.iterdir() if inner.is_dir())
    commands: list[str] = []
    closed: dict[Path, list[Path]] = {}
    for path in sorted(needed):
        for parent in reversed(path.parents):
            if not parent.stat().st_mode & 0o001:
                closed.setdefault(parent, []).append(path)
                break
    stages = {}
    for paths in closed.values():
        for path in paths:
            stages[path] = folder / f"stage-{len(stages)}"
            commands.append(f"mkdir {stages[path]}")
            commands.append(f"mount --rbind '{path}' {stages[path]}")
    for parent, paths in closed.items():
        commands.append(f"mount -t tmpfs -o mode=0755 none '{parent}'")
        for path in paths:
            commands.append(f"mkdir -p '{path}'")
            commands.append(f"mount --rbind {stages[path]} '{path}'")
    return commands


@pytest.fixture(scope="module")
def people() -> Iterator[dict[str, Person]]:
    """Start the hub; yield its three people, with their servers running."""
    folder = Path(tempfile.mkdtemp(prefix="hub-", dir="/tmp"))
    folder.chmod(0o755)
    homes = folder / "home" if SEPARATE else folder / "state" / "home"
    course = homes / "grace" / "course"
    commands = [*_write_users(folder), *open_folders(folder)] if SEPARATE else []
    write_source(course)
    config = (ROOT / "nbgrader_config.py").read_text()
    config += "\nc.GradingService.port = 0\n"
    config += f"c.GradingService.check_owner = {SEPARATE}\n"
    (course / "nbgrader_config.py").write_text(config)
    if SEPARATE:
        for path in [course, *course.rglob("*")]:
            os.chown(path, USERS["grace"], USERS["grace"])
    port, hub_port, proxy_port = free_ports(3)
    hub = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "jupyterhub", "-f", str(CONFIG)]
    command += [f"--JupyterHub.hub_port={hub_port}"]
    command += [f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{proxy_port}"]
    script = folder / "start.sh"
    lines = ["set -e", *commands, f"cd {folder}", f"exec {' '.join(command)}"]
    script.write_text("\n".join(lines) + "\n")
    environment = {
        name: value
        for name, value in os.environ.items()
        if "proxy" not in name.lower() and not name.startswith(("JUPYTER", "COURSE"))
    }
    environment |= {
        "COURSE_HUB_URL": hub,
        "COURSE_HUB_PASSWORD": PASSWORD,
        "COURSE_HUB_STATE": str(folder / "state"),
        "COURSE_EXCHANGE": str(folder / "exchange"),
        "COURSE_INSTRUCTORS": "grace",
        "COURSE_LEARNERS": "ada bo",
        "COURSE_GRADING": "grace",
        "COURSE_DATA": str(ROOT / "data"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    log = folder / "hub.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*(NAMESPACES if SEPARATE else []), "sh", str(script)],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
    try:
        wait_for(hub, process, log)
        found = {name: Person(hub, name, log) for name in USERS}
        for person in found.values():
            person.start()
        for person in found.values():
            person.wait()
        yield found
    except BaseException:
        print(log.read_text(errors="replace")[-20_000:])
        raise
    finally:
        if SEPARATE:
            # The namespace's first process dies with this one, and takes all along.
            process.send_signal(signal.SIGKILL)
        else:
            # Told to end, the hub ends its servers.
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(hub: str, process: subprocess.Popen, log: Path) -> None:
    import requests

    session = requests.Session()
    session.trust_env = False
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")[-5000:]
        with contextlib.suppress(requests.RequestException):
            if session.get(f"{hub}/hub/api", timeout=10).ok:
                return
        time.sleep(0.3)
    raise AssertionError("the hub did not start")


def _work(learner: Person, centre: str) -> None:
    """Fetch, answer and submit."""
    learner.assignments("fetch")
    _submit(learner, centre)


def _submit(learner: Person, centre: str) -> None:
    """Answer and submit what was fetched."""
    path = f"api/contents/{TINY}/tiny.ipynb"
    notebook = nbformat.from_dict(learner.get(path)["content"])
    for cell in notebook.cells:
        if cell["id"] in ("centre", "spread"):
            cell.source = {"centre": centre, "spread": SPREAD}[cell["id"]]
    content = {"type": "notebook", "format": "json", "content": notebook}
    assert learner.ask("PUT", path, json=content).status_code == 200
    learner.assignments("submit")


@pytest.fixture(scope="module")
def answered(people) -> dict[str, str]:
    """Return the pages that came back to each learner by themselves.

    The instructor generates and releases, learners fetch and submit; the service that
    the hub started does the rest.
    """
    grace = people["grace"]
    grace.formgrader(f"assignment/{TINY}/assign")
    grace.formgrader(f"assignment/{TINY}/release")
    _work(people["ada"], CENTRE)
    _work(people["bo"], MISTAKE)
    return {learner: _wait_for_page(people[learner]) for learner in ("ada", "bo")}


@pytest.fixture(scope="module")
def returned(people, answered) -> dict[str, tuple[dict, str]]:
    """Return each learner's row of Formgrader, and the pages they got back.

    Collect, grade and return in Formgrader what the service has graded before: an
    instructor may do so at any time.
    """
    grace = people["grace"]
    grace.formgrader(f"assignment/{TINY}/collect")
    rows = {}
    for learner in ("ada", "bo"):
        grace.formgrader(f"submission/{TINY}/{learner}/autograde")
        rows[learner] = grace.get(f"formgrader/api/submission/{TINY}/{learner}")
    grace.formgrader(f"assignment/{TINY}/generate_feedback")
    grace.formgrader(f"assignment/{TINY}/release_feedback")
    return {learner: (row, _feedback(people[learner])) for learner, row in rows.items()}


def test_the_hubs_service_returns_feedback_to_who_has_just_submitted(people, answered):
    """Submit in Assignment List, fetch the page there: nobody does anything else."""
    graded = people["grace"].get(f"formgrader/api/submission/{TINY}/bo")

    for learner, page in answered.items():
        assert "This attempt counts." in page, people[learner].said()
    assert HINT in answered["bo"] and HINT not in answered["ada"]
    assert 0 < graded["code_score"] < 7  # in the instructor's gradebook, too


def test_an_assignment_goes_out_comes_back_and_is_returned(returned):
    """Each learner gets their own marks and the hint for their own mistake."""
    marks = {learner: row["code_score"] for learner, (row, _) in returned.items()}

    assert marks["ada"] == 7
    assert marks["bo"] < 7
    assert HINT in returned["bo"][1]
    assert HINT not in returned["ada"][1]


def test_the_hub_starts_the_service_again_and_pages_come_within_seconds(
    people, returned
):
    """It is the instructor's process, and the hub's; killed, it loses nothing."""
    ada, grace = people["ada"], people["grace"]
    owner = grace.run(
        "import os, psutil, signal\n"
        "for one in psutil.process_iter(['cmdline', 'uids']):\n"
        "    words = one.info['cmdline'] or []\n"
        "    parent = one.parent()\n"
        "    if words[1:4] == ['-m', 'autograder', 'serve'] and parent is not None:\n"
        f"        if {str(CONFIG)!r} in parent.cmdline():\n"
        "            print(one.info['uids'].real)\n"
        "            os.kill(one.pid, signal.SIGKILL)\n"
    )
    _submit(ada, CENTRE)
    _wait_for_page(ada)
    # The first one waited until the hub had seen that its service was gone.
    began = time.monotonic()
    _submit(ada, CENTRE.replace("X - mu", "X + mu"))
    page = _wait_for_page(ada)
    seconds = time.monotonic() - began

    assert owner.strip() == (str(USERS["grace"]) if SEPARATE else str(os.getuid()))
    assert "What should the mean of a row be afterwards?" in page, ada.said()
    assert "Attempt 3" in page
    assert seconds < NOT_LONG


def _wait_for_page(learner: Person) -> str:
    """Return the page of what a learner has submitted last, once it is there."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        if page := _newest_feedback(learner):
            return page
        time.sleep(0.2)
    raise AssertionError(f"no page came back to {learner.name}: {learner.said()}")


def _newest_feedback(learner: Person) -> str:
    """Return the page of the newest submission, once it is there."""
    found = learner.assignments("fetch_feedback")
    submissions = [
        submission
        for assignment in found
        if assignment["status"] == "submitted"
        for submission in assignment["submissions"]
    ]
    newest = max(submissions, key=lambda submission: submission["timestamp"])
    path = newest["local_feedback_path"]
    if not path:
        return ""
    listing = learner.ask("GET", f"api/contents/{path}")
    if listing.status_code != 200:
        return ""
    return "".join(
        learner.get(f"api/contents/{page['path']}", params={"format": "text"})[
            "content"
        ]
        for page in listing.json()["content"]
    )


def _feedback(learner: Person) -> str:
    """Return all pages that a learner gets back."""
    found = learner.assignments("fetch_feedback")
    paths = [
        submission["local_feedback_path"]
        for assignment in found
        if assignment["status"] == "submitted"
        for submission in assignment["submissions"]
    ]
    assert len(paths) == 1
    listing = learner.get(f"api/contents/{paths[0]}")
    return "".join(
        learner.get(f"api/contents/{page['path']}", params={"format": "text"})[
            "content"
        ]
        for page in listing["content"]
    )


def test_a_learner_reads_only_their_own(people, returned):
    """A learner reads neither another's work nor the course, marks or exchange."""
    bo, grace = people["bo"], people["grace"]
    home = Path(grace.run("import os; print(os.path.expanduser('~'))").strip())
    exchange = home.parents[1] / "exchange" / COURSE
    closed = [
        f"os.listdir({str(home.parent / 'ada')!r})",
        f"open({str(home.parent / 'ada' / TINY / 'tiny.ipynb')!r})",
        f"os.listdir({str(home)!r})",
        f"open({str(home / 'course' / 'gradebook.db')!r})",
        f"os.listdir({str(home / 'course' / 'source')!r})",
        # What was handed in lies here, under names that only their owners know.
        f"os.listdir({str(exchange / 'inbound')!r})",
        f"os.listdir({str(exchange / 'feedback')!r})",
        f"os.rename({str(exchange)!r}, {str(exchange) + '-taken'!r})",
        f"open({str(exchange / 'outbound' / TINY / 'tiny.ipynb')!r}, 'w')",
    ]
    source = "import os\n" + "".join(
        f"try:\n    {attempt}\n    print('open')\n"
        "except OSError as error:\n    print(type(error).__name__)\n"
        for attempt in closed
    )

    if SEPARATE:
        assert bo.run(source).split() == ["PermissionError"] * len(closed)
        assert bo.run("import os; print(os.getuid())").strip() == str(USERS["bo"])
    else:
        warnings.warn(ONE_USER, stacklevel=1)
    for owner in ("ada", "grace"):
        assert bo.ask("GET", "api/contents", server=owner).status_code in (
            302,
            403,
            404,
        )
    assert bo.ask("GET", "formgrader/api/assignments").status_code == 404
    assert grace.ask("GET", "formgrader/api/assignments").status_code == 200
