"""A real JupyterLab with nbgrader's extensions, and hands to work in it."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import nbformat
from nbgrader.utils import get_username
from playwright.sync_api import Locator, Page

from tests.course import write_source

ROOT = Path(__file__).resolve().parents[2]
# nbgrader knows people by their accounts.
LEARNER = get_username()
NEVER = "jupyterlab.handlers.announcements.NeverCheckForUpdate"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NBGRADER_CONFIG = """
load_subconfig("nbgrader_config.py", path={course!r})  # noqa: F821
c = get_config()  # noqa: F821
c.CourseDirectory.root = {course!r}
c.Exchange.root = {exchange!r}
"""
SETTINGS = {
    "apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    # The tests ask for the state of a page, so nothing may be drawn later.
    "notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
}


class Lab:
    """A JupyterLab server for one person who is learner and instructor at once.

    Attributes
    ----------
    home : Path
        What the file browser shows.
    course : Path
        The instructor's folder, ``home/course``.
    url : str
        Where the server answers.
    token : str
        What it asks for.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.course = self.home / "course"
        self.exchange = folder / "exchange"
        self.token = secrets.token_hex(16)
        self.url = ""
        self._process: subprocess.Popen | None = None
        self.log = folder / "server.log"

    def prepare(self) -> None:
        """Write a small course, the lessons and every setting."""
        config = self.folder / "config"
        write_source(self.course)
        shutil.copy(ROOT / "nbgrader_config.py", self.course)
        shutil.copytree(ROOT / "notebooks", self.home / "notebooks")
        self.exchange.mkdir()
        self.exchange.chmod(0o777)
        (config / "jupyter_server_config.d").mkdir(parents=True)
        policy = ROOT / "autograder" / "nbgrader" / "formgrader_policy.json"
        shutil.copy(policy, config / "jupyter_server_config.d")
        (config / "nbgrader_config.py").write_text(
            NBGRADER_CONFIG.format(course=str(self.course), exchange=str(self.exchange))
        )
        for name, value in SETTINGS.items():
            path = self.folder / "settings" / "@jupyterlab" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(value))

    def environment(self) -> dict[str, str]:
        """Return an environment in which nothing of the user's own is read."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")}
        binaries = str(Path(sys.executable).parent)
        return kept | {
            "HOME": str(self.home),
            "PATH": os.pathsep.join([binaries, os.environ["PATH"]]),
            "IPYTHONDIR": str(self.folder / "ipython"),
            "MPLCONFIGDIR": str(self.folder / "matplotlib"),
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"),
            "JUPYTER_DATA_DIR": str(self.folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.folder / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),
        }

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            "--expose-app-in-browser",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.home}",
            f"--IdentityProvider.token={self.token}",
            f"--LabApp.check_for_updates_class={NEVER}",
        ]
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.home,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        for _ in range(240):
            if self._process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.url}/api?token={self.token}", timeout=5)
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.25)
        self.stop()
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        """End the server, which ends its kernels."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)

    def end_kernels(self) -> None:
        """End every kernel that the server runs."""
        for session in self._ask("GET", "sessions"):
            self._ask("DELETE", f"sessions/{session['id']}")

    def _ask(self, method: str, what: str) -> list:
        request = urllib.request.Request(
            f"{self.url}/api/{what}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"[]")

    def nbgrader(self, *words: str) -> str:
        """Run one of nbgrader's commands in the course, and return what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=self.course,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def read(self, path: str) -> nbformat.NotebookNode:
        """Read a notebook below the home folder."""
        return nbformat.read(self.home / path, as_version=4)


class Hands:
    """What a person does in one tab of JupyterLab.

    Parameters
    ----------
    lab : Lab
        The server.
    page : Page
        The tab.
    """

    def __init__(self, lab: Lab, page: Page) -> None:
        self.lab = lab
        self.page = page

    def open_lab(self, workspace: str = "auto") -> None:
        """Open JupyterLab itself, with an empty desk."""
        self.page.goto(
            f"{self.lab.url}/lab/workspaces/{workspace}?reset&token={self.lab.token}"
        )
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")
        self.page.wait_for_function(
            "() => window.jupyterapp && window.jupyterapp.commands"
            ".hasCommand('docmanager:open')"
        )

    def command(self, name: str, **arguments: object) -> None:
        """Give JupyterLab one of its commands and wait until it is done."""
        self.page.evaluate(
            "async ([name, args]) => {"
            "  await window.jupyterapp.commands.execute(name, args); }",
            [name, arguments],
        )

    def menu(self, *labels: str) -> None:
        """Choose an entry of the menu bar."""
        bar = self.page.locator(".lm-MenuBar-itemLabel", has_text=labels[0])
        bar.first.click()
        for label in labels[1:]:
            entry = self.page.locator(".lm-Menu-itemLabel", has_text=label)
            entry.first.click()

    def open_notebook(self, path: str) -> None:
        """Open a notebook and wait for its kernel."""
        self.page.evaluate(
            "async path => {"
            "  const app = window.jupyterapp;"
            "  const panel = await app.commands.execute('docmanager:open', {path});"
            "  await panel.context.ready;"
            "  await panel.sessionContext.ready;"
            "  await panel.revealed; app.shell.activateById(panel.id); }",
            path,
        )
        self._wait_for_kernel()

    def _wait_for_kernel(self) -> None:
        self.page.wait_for_function(
            "() => { const s = window.jupyterapp.shell.currentWidget?.sessionContext;"
            " return s?.session?.kernel?.status === 'idle'; }"
        )

    def panel(self) -> Locator:
        """Return the notebook in front."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def cell(self, cell_id: str) -> Locator:
        """Return a cell of the notebook in front."""
        index = self._index(cell_id)
        return self.panel().locator(".jp-Notebook .jp-Cell").nth(index)

    def _index(self, cell_id: str) -> int:
        index = self.page.evaluate(
            "id => window.jupyterapp.shell.currentWidget.content.widgets.findIndex("
            "  c => (c.model.getMetadata('nbgrader') || {}).grade_id === id"
            "       || c.model.id === id)",
            cell_id,
        )
        assert index >= 0, f"no cell {cell_id}"
        return index

    def select(self, cell_id: str) -> None:
        """Make a cell the active one, as a click on it does."""
        self.page.evaluate(
            "i => { const n = window.jupyterapp.shell.currentWidget.content;"
            "  n.deselectAll(); n.activeCellIndex = i; n.mode = 'command';"
            "  n.node.focus(); }",
            self._index(cell_id),
        )

    def run(self, *cell_ids: str) -> str:
        """Run cells one after the other and return what the last one shows."""
        for cell_id in cell_ids:
            self.select(cell_id)
            self.command("notebook:run-cell")
        return self.output(cell_ids[-1])

    def start(self, cell_id: str) -> None:
        """Run a cell without waiting for its end."""
        self.select(cell_id)
        self.page.evaluate(
            "() => { window.jupyterapp.commands.execute('notebook:run-cell'); }"
        )

    def restart(self) -> None:
        """Restart the kernel, and wait for the new one."""
        self.page.evaluate(
            "async () => { await window.jupyterapp.shell.currentWidget"
            ".sessionContext.restartKernel(); }"
        )
        self._wait_for_kernel()

    def overflow(self, selector: str) -> int:
        """Return by how many pixels the widest such element must be scrolled."""
        return self.page.evaluate(
            "selector => Math.max(...Array.from(document.querySelectorAll(selector),"
            " node => node.scrollWidth - node.clientWidth))",
            selector,
        )

    def output(self, cell_id: str) -> str:
        """Return the text below a cell as it stands on the screen."""
        return "\n".join(
            self.cell(cell_id).locator(".jp-OutputArea-output").all_inner_texts()
        )

    def source(self, cell_id: str) -> str:
        """Return the text of a cell."""
        return self.page.evaluate(
            "i => window.jupyterapp.shell.currentWidget.content.widgets[i]"
            ".model.sharedModel.getSource()",
            self._index(cell_id),
        )

    def write(self, cell_id: str, source: str) -> None:
        """Put a text into a cell."""
        self.page.evaluate(
            "([i, text]) => window.jupyterapp.shell.currentWidget.content.widgets[i]"
            ".model.sharedModel.setSource(text)",
            [self._index(cell_id), source],
        )

    def change(self, cell_id: str, old: str, new: str) -> None:
        """Replace a part of a cell that stands in it."""
        source = self.source(cell_id)
        assert old in source, source
        self.write(cell_id, source.replace(old, new))

    def save(self) -> None:
        """Save the notebook in front."""
        self.command("docmanager:save")

    def theme(self, name: str) -> None:
        """Change to a theme by its name."""
        self.command("apputils:change-theme", theme=name)
        light = "true" if "Light" in name else "false"
        self.page.wait_for_selector(
            f"body[data-jp-theme-light='{light}']", state="attached"
        )
        self.page.wait_for_timeout(300)

    def solved(self, cell_id: str, values: list[str]) -> str:
        """Return a cell's text with values in the places of its ``None``."""
        source = self.source(cell_id)
        for value in values:
            assert "= None" in source, source
            source = source.replace("= None", f"= {value}", 1)
        return source


class Formgrader:
    """What an instructor does in Formgrader.

    Parameters
    ----------
    lab : Lab
        The server.
    page : Page
        The tab.
    """

    ICONS: ClassVar = {
        "autograde": "flash",
        "collect": "cloud-download",
        "feedback": "comment",
        "generate": "education",
        "preview": "search",
        "release": "cloud-upload",
        "release feedback": "envelope",
    }

    def __init__(self, lab: Lab, page: Page) -> None:
        self.lab = lab
        self.page = page

        page.set_extra_http_headers({"Authorization": f"token {lab.token}"})

    def open(self, place: str) -> None:
        """Open a page of Formgrader."""
        self.page.goto(f"{self.lab.url}/formgrader/{place}")
        self.page.wait_for_load_state("networkidle")

    def assignments(self) -> None:
        """Open the list of assignments."""
        self.open("manage_assignments")
        self.row("01_tiny").wait_for()

    def submissions(self, assignment: str) -> None:
        """Open the list of submissions of an assignment."""
        self.open(f"manage_submissions/{assignment}")

    def row(self, name: str) -> Locator:
        """Return the row of an assignment or a learner."""
        return self.page.locator("tbody tr", has_text=name)

    def fill(self, field: str, value: str) -> None:
        """Fill in a mark or a comment, and wait until it is saved."""
        place = self.page.locator(f"[id='{field}']")
        place.fill(value)
        with self.page.expect_response(lambda r: r.request.method == "PUT") as answer:
            place.blur()
        assert answer.value.ok

    def press(self, name: str, what: str) -> str:
        """Press the icon in a row, read what the box says, and close it."""
        self.row(name).locator(f".glyphicon-{self.ICONS[what]}").click()
        box = self.page.locator(".modal.in")
        box.get_by_role("button", name="OK").wait_for()
        said = box.inner_text()
        box.get_by_role("button", name="OK").click()
        box.wait_for(state="detached")
        return said


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something has come true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.1)
