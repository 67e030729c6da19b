"""A JupyterHub on one machine: learners, instructors and a shared exchange.

``jupyterhub -f deploy/jupyterhub/jupyterhub_config.py``; docs/deploy.md says how to
set the machine up. As root, each person is a user of the system, logs in with the
system's password, and the system keeps people apart. Otherwise it is for a look
around only: all servers run as the one who started it, with a folder each.
"""

import os
import shutil
import stat
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SYSTEM_USERS = os.geteuid() == 0


def _names(variable: str, default: str) -> set[str]:
    return set(os.environ.get(variable, default).replace(",", " ").split())


INSTRUCTORS = _names("COURSE_INSTRUCTORS", "grace")
LEARNERS = _names("COURSE_LEARNERS", "ada bo")
STATE = Path(os.environ.get("COURSE_HUB_STATE", "/srv/jupyterhub")).resolve()
EXCHANGE = Path(os.environ.get("COURSE_EXCHANGE", "/srv/nbgrader/exchange")).resolve()
# Below an instructor's home folder.
COURSE = os.environ.get("COURSE_FOLDER", "course")

STATE.mkdir(mode=0o700, parents=True, exist_ok=True)
EXCHANGE.mkdir(parents=True, exist_ok=True)
if EXCHANGE.stat().st_uid == os.geteuid():
    # Everybody may write, as nbgrader asks; nobody may take away another's course.
    EXCHANGE.chmod(0o1777)

c = get_config()  # noqa: F821

c.JupyterHub.bind_url = os.environ.get("COURSE_HUB_URL", "http://127.0.0.1:8000")
c.JupyterHub.db_url = f"sqlite:///{STATE}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
# JupyterHub's own proxy where it is installed, or else the one that came along.
BINARIES = str(Path(sys.executable).parent)
c.ConfigurableHTTPProxy.command = [
    shutil.which("configurable-http-proxy")
    or shutil.which("configurable-http-proxy", path=BINARIES)
    or "configurable-http-proxy",
    # Milliseconds. One press of Formgrader's buttons may take minutes; after 20
    # seconds the proxy would say that the server is down.
    "--proxy-timeout=900000",
]
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")
c.JupyterHub.cleanup_servers = True

c.Authenticator.allowed_users = INSTRUCTORS | LEARNERS
if SYSTEM_USERS:
    c.JupyterHub.authenticator_class = "pam"
    c.PAMAuthenticator.open_sessions = False
    c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
else:
    c.JupyterHub.authenticator_class = "shared-password"
    c.SharedPasswordAuthenticator.user_password = os.environ["COURSE_HUB_PASSWORD"]
    c.JupyterHub.spawner_class = "jupyterhub.spawner.SimpleLocalProcessSpawner"
    c.SimpleLocalProcessSpawner.home_dir_template = f"{STATE}/home/{{username}}"

c.Spawner.cmd = [f"{BINARIES}/jupyterhub-singleuser"]
c.Spawner.default_url = "/lab"
c.Spawner.http_timeout = 120
c.Spawner.start_timeout = 180
# One thread each: with more, servers and graders get into each other's way.
c.Spawner.environment = {
    "COURSE_EXCHANGE": str(EXCHANGE),
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    **{name: os.environ[name] for name in ("COURSE_DATA",) if name in os.environ},
}


def prepare(spawner: "jupyterhub.spawner.Spawner") -> None:  # noqa: F821
    """Close a home folder to others, and give each the settings of their part."""
    name = spawner.user.name
    if SYSTEM_USERS:
        home = os.open(
            Path(f"~{name}").expanduser(), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        )
        try:
            os.fchmod(home, stat.S_IRWXU)
        finally:
            os.close(home)
    folders = [HERE / "shared"]
    if name in INSTRUCTORS:
        spawner.environment["COURSE_FOLDER"] = COURSE
    else:
        folders.insert(0, HERE / "learner")
        if not SYSTEM_USERS:
            spawner.environment["COURSE_LEARNER"] = name
    spawner.environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join(map(str, folders))


c.Spawner.pre_spawn_hook = prepare

# Whose course is graded as soon as something is submitted; nobody's by default.
GRADING = os.environ.get("COURSE_GRADING", "")
if GRADING:
    if SYSTEM_USERS:
        home = Path(f"~{GRADING}").expanduser()
    else:  # nobody of that name need be a user of the system
        home = STATE / "home" / GRADING
        home.mkdir(parents=True, exist_ok=True)
    c.JupyterHub.services = [
        {
            "name": "grading",
            # The course may come later, and the hub starts at once what has ended.
            "command": [sys.executable, "-m", "autograder", "serve", "--wait", COURSE],
            "cwd": str(home),
            "environment": {
                **c.Spawner.environment,
                "HOME": str(home),
                "PATH": f"{BINARIES}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            },
            **({"user": GRADING} if SYSTEM_USERS else {}),
        }
    ]
