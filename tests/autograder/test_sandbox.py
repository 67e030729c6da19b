"""Rules of a shell's isolation.

Each is tried in each kind of isolation that the machine offers, by the user who
runs the tests and, where that is root, by an ordinary one too. Everything tried
is bounded and harmless even where no wall would hold: small sizes, short times,
loopback addresses, temporary folders.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from autograder.__main__ import warm_up
from autograder.sandbox import isolation, landlock, staging
from autograder.sandbox.forkserver import ForkServer
from autograder.sandbox.messages import Preparation
from autograder.sandbox.session import Ended
from autograder.sandbox.settings import Sandbox
from helpers.strings import FOLDER
from tests.autograder.sandbox_helpers import FORMS, Shell, commands, eventually

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
INSIDE = "KERNEL_TESTS_OF_AN_ORDINARY_USER"
HERE = "\nfrom pathlib import Path\nimport os, sys\n"


@pytest.fixture(params=FORMS, scope="module")
def form(request):
    """Traits that give the isolation named."""
    return FORMS[request.param]


@pytest.fixture
def course(tmp_path):
    """A course with all that a kernel must not see; yields it and the work in it."""
    for name in (
        "source/01/a.ipynb",
        "cases/01/a.json",
        "gradebook.db",
        "submitted/other/01/a.ipynb",
        "autograded/other/01/a.ipynb",
        "autograded/me/01/mine.csv",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("contents of " + name)
    return tmp_path


@pytest.fixture
def shell(course, form):
    """A kernel that works on a submission to the course."""
    with Shell(course / "autograded/me/01", **form) as shell:
        yield shell


def run(shell, code):
    """Run a dedented cell that must not fail; return what it prints as JSON."""
    answer = shell.run(HERE + textwrap.dedent(code))
    assert answer.error is None, answer.text
    return json.loads(answer.text)


def test_isolation_is_what_was_asked_for(shell, form):
    """Namespaces and Landlock are used where allowed, and seccomp with both."""
    in_force = shell.sandbox.isolation

    assert in_force.namespaces == form["namespaces"]
    assert in_force.landlock == (landlock.version() if form["landlock"] else 0)
    assert in_force.seccomp


def test_a_submission_reads_its_own_files(shell):
    """The kernel works in a folder that holds copies of the submission's files."""
    code = "import json; print(json.dumps([os.listdir(), open('mine.csv').read()]))"

    assert run(shell, code) == [["mine.csv"], "contents of autograded/me/01/mine.csv"]


def test_nothing_else_of_the_course_can_be_read(shell, course):
    """Source, cases, gradebook and other submissions are out of sight."""
    readable = run(
        shell,
        f"""
        import json
        found = []
        for top in ({str(course)!r}, "..", "../..", "../../..", "../../../.."):
            for name in ("source/01/a.ipynb", "cases/01/a.json", "gradebook.db",
                         "submitted/other/01/a.ipynb", "other/01/a.ipynb",
                         "autograded/me/01/mine.csv"):
                try:
                    found.append(open(os.path.join(top, name)).read())
                except OSError:
                    pass
            try:
                found += [n for n in os.listdir(top) if n in ("source", "gradebook.db")]
            except OSError:
                pass
        print(json.dumps(found))
        """,
    )
    assert readable == []


def test_the_repository_and_the_home_folder_cannot_be_read(shell):
    """Of the repository only helpers, autograder and data are there; no home."""
    paths = [
        ROOT / "pyproject.toml",
        ROOT / "Makefile",
        ROOT / "source",
        ROOT / "tests",
    ]
    paths += [Path.home() / ".bashrc", Path("/etc/passwd"), Path("/etc/hostname")]
    found = run(
        shell,
        f"""
        import json
        found = []
        for path in {[str(path) for path in paths]}:
            try:
                found += os.listdir(path) if os.path.isdir(path) else [open(path).name]
            except OSError:
                pass
        print(json.dumps(found))
        """,
    )
    assert found == []


def test_helpers_and_data_can_be_read(shell):
    """What learners are given can be imported and read."""
    code = """
        import json, helpers
        top = Path(helpers.__file__).parent
        print(json.dumps([len((top / "__init__.py").read_text()) > 0,
                          len(os.listdir(top.parent / "data")) > 0]))
    """
    assert run(shell, code) == [True, True]


def test_strings_are_read_before_a_submission_begins(shell):
    """A child is forked for public cases and for hidden ones: each would read them."""
    code = "from helpers import strings\nprint(strings._table.cache_info().currsize)"

    assert run(shell, code) == len(list(FOLDER.glob("*.toml")))


def test_a_course_in_the_folder_for_temporary_files_is_isolated_alike(tmp_path):
    """What may be read there is seen, and nothing else of that folder."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        there, beside = Path(folder, "data"), Path(folder, "beside.txt")
        there.mkdir()
        (there / "a.txt").write_text("data")
        beside.write_text("nothing to see")
        with (
            ForkServer(Preparation((), (str(there),))) as forkserver,
            ForkServer(Preparation(())) as ordinary,
        ):
            assert forkserver.isolation == ordinary.isolation
        with Shell(tmp_path, preload=[], readable=[str(there)]) as shell:
            found = run(
                shell,
                f"""
                import json, tempfile
                with tempfile.NamedTemporaryFile() as file:
                    made = os.path.exists(file.name)
                here = Path({str(there)!r}, "a.txt").read_text()
                print(json.dumps([made, here, os.path.exists({str(beside)!r})]))
                """,
            )

    assert found == [True, "data", False]


def test_the_environment_is_not_inherited(course, form, monkeypatch):
    """No variable of the grader's environment is anywhere to be read."""
    monkeypatch.setenv("A_SECRET_TOKEN", "Xe4kyP0s")
    with Shell(course / "autograded/me/01", **form) as shell:
        places = run(
            shell,
            """
            import glob, json
            found = [name for name, value in os.environ.items() if "Xe4kyP0s" in value]
            for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline"):
                try:
                    text = open(path, "rb").read()
                except OSError:
                    continue
                found += [path] if b"Xe4kyP0s" in text else []
            print(json.dumps(found))
            """,
        )
    assert places == []


def test_other_processes_are_not_visible(shell):
    """In /proc, where it could be read, there are only a shell's own processes."""
    others = run(
        shell,
        """
        import json
        try:
            names = os.listdir("/proc")
        except OSError:
            names = []
        pids = [name for name in names if name.isdigit() and int(name) != os.getpid()]
        seen = []
        for pid in pids:
            try:
                seen.append(open(f"/proc/{pid}/cmdline").read())
            except OSError:
                pass
        print(json.dumps(seen))
        """,
    )
    assert others == []


def test_nothing_can_be_written_outside_of_scratch(shell, course):
    """Files appear in scratch, and nowhere else."""
    targets = [course, course / "gradebook.db", course / "autograded/me/01", ROOT]
    targets += [ROOT / "helpers", ROOT / "autograder", Path(sys.prefix), Path("/tmp")]
    targets += [Path("/dev/shm"), Path("/var/tmp")]
    run(
        shell,
        f"""
        import json
        for top in {[str(target) for target in targets]} + [".."]:
            try:
                path = top if os.path.isfile(top) else top + "/kernel-was-here"
                with open(path, "a") as file:
                    file.write("kernel-was-here")
            except OSError:
                pass
        open("inside", "w").write("fine")
        print(json.dumps(open("inside").read()))
        """,
    )
    written = [t for t in targets if (t / "kernel-was-here").exists()]

    assert written == []
    assert (course / "gradebook.db").read_text() == "contents of gradebook.db"


def test_no_network_of_any_kind(shell, tmp_path):
    """Neither TCP, UDP, IPv6, named nor nameless Unix sockets reach anybody."""
    short = Path("/tmp") / f"listens-{os.getpid()}"
    listeners = []
    try:
        for family, address in (
            (socket.AF_INET, ("127.0.0.1", 0)),
            (socket.AF_UNIX, str(short)),
            (socket.AF_UNIX, f"\0listens-{os.getpid()}"),
        ):
            listener = socket.socket(family)
            listener.bind(address)
            listener.listen()
            listener.settimeout(0.1)
            listeners.append(listener)
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", 0))
        datagrams.settimeout(0.1)
        listeners.append(datagrams)
        opened = run(
            shell,
            f"""
            import json, socket
            opened = []
            for kind, address in (
                ((socket.AF_INET, socket.SOCK_STREAM), {listeners[0].getsockname()}),
                ((socket.AF_UNIX, socket.SOCK_STREAM), {str(short)!r}),
                ((socket.AF_UNIX, socket.SOCK_STREAM), "\\0listens-{os.getpid()}"),
                ((socket.AF_INET6, socket.SOCK_STREAM), ("::1", 9)),
            ):
                try:
                    with socket.socket(*kind) as attempt:
                        attempt.settimeout(1)
                        attempt.connect(address)
                        opened.append(str(address))
                except OSError:
                    pass
            try:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attempt:
                    attempt.sendto(b"hello", {datagrams.getsockname()})
                    opened.append("udp")
            except OSError:
                pass
            print(json.dumps(opened))
            """,
        )
        assert opened == []
        for listener in listeners:
            with pytest.raises(TimeoutError):
                listener.recv(1) if listener is datagrams else listener.accept()
    finally:
        for listener in listeners:
            listener.close()
        short.unlink(missing_ok=True)


def test_pairs_of_sockets_lead_nowhere(shell):
    """A socket pair works for event loops; its ends cannot be sent elsewhere."""
    code = """
        import asyncio, json, socket
        asyncio.new_event_loop().close()
        outcomes = []
        for kind in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
            try:
                socket.socketpair(socket.AF_UNIX, kind)
                outcomes.append("made")
            except OSError:
                outcomes.append("refused")
        print(json.dumps(outcomes))
    """
    assert run(shell, code) == ["refused", "refused"]


def test_no_rights_come_back(shell):
    """No namespaces, mounts, tracing or privileged programs from inside."""
    code = """
        import ctypes, json
        libc = ctypes.CDLL(None, use_errno=True)
        try:
            status = open("/proc/self/status").read()
        except OSError:
            status = ""
        fields = dict(l.split(":\\t") for l in status.splitlines() if ":\\t" in l)
        unshared = libc.unshare(0x10000000)
        # Without isolation a mount would change the machine itself.
        isolated = unshared != 0
        print(json.dumps([
            unshared, libc.ptrace(0, 0, 0, 0),
            libc.mount(b"none", b"elsewhere", b"tmpfs", 0, None) if isolated else 0,
            int(fields.get("CapEff", "0"), 16) | int(fields.get("CapBnd", "0"), 16),
        ]))
    """
    assert run(shell, code) == [-1, -1, -1, 0]


def test_other_processes_cannot_be_signalled(shell):
    """A process of the same user survives signals from a shell."""
    victim = subprocess.Popen(["sleep", "20"])
    try:
        code = f"""
            import json, signal
            for pid in ({victim.pid}, {os.getpid()}, os.getppid()):
                try:
                    os.kill(pid, signal.SIGCONT)
                    print(json.dumps("reached"))
                    break
                except (OSError, ValueError):
                    pass
            else:
                print(json.dumps("nobody"))
            try:
                os.kill({victim.pid}, signal.SIGTERM)
            except OSError:
                pass
        """
        if shell.sandbox.isolation.namespaces:
            code = code.replace(", os.getppid()", "")
        assert run(shell, code) == "nobody"
        assert victim.poll() is None
    finally:
        victim.kill()
        victim.wait()


def test_processes_are_limited(course, form):
    """Forking ends at the limit, or the shell is ended where others' count too."""
    with Shell(course / "autograded/me/01", processes=30, **form) as shell:
        code = HERE + textwrap.dedent("""
            import time
            children = []
            try:
                for _ in range(60):
                    pid = os.fork()
                    if pid == 0:
                        time.sleep(3)
                        os._exit(0)
                    children.append(pid)
            except OSError:
                pass
            time.sleep(1.5)
            for child in children:
                os.kill(child, 9)
                os.waitpid(child, 0)
            """)
        in_force = shell.sandbox.isolation
        if in_force.own_user or in_force.user_namespace:
            shell.run(code)
            assert shell.run("print(len(children) < 30)").text == "True\n"
        else:
            assert shell.ended(code, within=5).reason == "processes"


def test_memory_is_limited(course, form):
    """Too much memory is a MemoryError in the cell, and the kernel goes on."""
    with Shell(course / "autograded/me/01", memory=256, **form) as shell:
        answer = shell.run("import numpy as np; x = np.ones(2**26)")

        assert answer.error in ("MemoryError", "_ArrayMemoryError")
        assert shell.run("print('well')").text == "well\n"


def test_memory_of_all_processes_together_is_limited(course, form):
    """A kernel whose processes take too much together is ended."""
    with Shell(course / "autograded/me/01", memory=200, **form) as shell:
        code = HERE + textwrap.dedent("""
            import numpy as np, time
            for _ in range(4):
                if os.fork() == 0:
                    x = np.random.rand(2**24)
                    time.sleep(5)
                    os._exit(0)
            time.sleep(5)
            """)
        assert shell.ended(code, within=10).reason == "memory"


def test_files_are_limited(course, form):
    """One file, all files together, and the number open have limits."""
    settings = {"file_size": 2, "disk": 4, "open_files": 64, **form}
    with Shell(course / "autograded/me/01", **settings) as shell:
        code = """
            import json
            outcomes = []
            try:
                open("large", "wb").write(bytes(3 * 2**20))
            except OSError as problem:
                outcomes.append("file")
            os.remove("large")
            try:
                files = [open("small", "w") for _ in range(100)]
            except OSError as problem:
                outcomes.append("open")
            print(json.dumps(outcomes))
        """
        assert run(shell, code) == ["file", "open"]
        code = (
            "import time\n"
            "for n in range(8):\n"
            "    open(str(n), 'wb').write(bytes(2**20))\n"
            "time.sleep(3)\n"
            "open('through', 'w')\n"
        )
        if shell.sandbox.isolation.namespaces:
            assert shell.run(code).error == "OSError"
            assert "through" not in shell.run("import os; print(os.listdir())").text
        else:
            assert shell.ended(code, within=10).reason == "disk"


def test_a_crash_leaves_no_dump(shell):
    """Of one byte no handler of the system's makes a file; of none some do."""
    code = """
        import json, resource
        outcomes = list(resource.getrlimit(resource.RLIMIT_CORE))
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        except (OSError, ValueError):
            outcomes.append("refused")
        print(json.dumps(outcomes))
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    byte = 0 if most == 0 else 1

    assert run(shell, code) == [byte, byte, "refused"]


def test_processor_time_is_limited(course, form):
    """Time of all processes of a kernel counts; it is ended beyond the limit."""
    with Shell(course / "autograded/me/01", cpu=1, **form) as shell:
        code = "import os, time\nos.fork()\nend = time.time() + 8\n"
        report = shell.ended(code + "while time.time() < end: pass", within=8)

    assert report.reason == "cpu" or report.status == -signal.SIGKILL


def test_time_is_limited(course, form):
    """A kernel that goes on for too long is ended, whatever it does."""
    with Shell(course / "autograded/me/01", wall=1, **form) as shell:
        code = "import time\nfor _ in range(80):\n    time.sleep(0.1)"

        assert shell.ended(code, within=5).reason == "wall"


def test_messages_are_limited(course, form):
    """A kernel that says too much in all is ended."""
    with Shell(course / "autograded/me/01", output=4, **form) as shell:
        code = (
            "from IPython.display import HTML, display\n"
            "for _ in range(20): display(HTML('x' * 2**20))"
        )
        with pytest.raises(Ended, match="too much"):
            shell.run(code, timeout=10)


def test_orphans_are_gone_with_the_kernel(course, form):
    """A process that left its parent and session ends with the shell."""
    marker = f"62.185{list(FORMS.values()).index(form)}"
    with Shell(course / "autograded/me/01", **form) as shell:
        shell.run(
            HERE
            + textwrap.dedent(f"""
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.execlp("sleep", "sleep", "{marker}")
                os._exit(0)
            os.wait()
            """)
        )
        assert eventually(lambda: any(marker in c for c in commands()))

    assert eventually(lambda: not any(marker in c for c in commands()))


def test_modules_beside_the_notebook_shadow_nothing(course, form):
    """A numpy.py, helpers/ or json.py of a learner's is not what gets imported."""
    folder = course / "autograded/me/01"
    (folder / "helpers").mkdir()
    for name in ("numpy", "ipykernel_launcher", "json", "helpers/__init__", "zipapp"):
        (folder / f"{name}.py").write_text("raise SystemExit('shadowed')")
    (folder / "mine.py").write_text("value = 5")
    with Shell(folder, **form) as shell:
        code = """
            import json, numpy, helpers, helpers.activations, zipapp, mine
            print(json.dumps([int(numpy.add(1, 1)), mine.value]))
        """
        assert run(shell, code) == [2, 5]


def test_links_in_a_submission_are_not_followed(course, form):
    """Symbolic links, hard links and pipes do not come along, nor lead out."""
    folder = course / "autograded/me/01"
    (folder / "symbolic").symlink_to(course / "gradebook.db")
    (folder / "folder").symlink_to(course / "source")
    os.link(course / "gradebook.db", folder / "hard")
    os.mkfifo(folder / "pipe")
    with Shell(folder, **form) as shell:
        code = "import json; print(json.dumps(sorted(os.listdir())))"

        assert run(shell, code) == ["mine.csv"]


def test_kernels_do_not_see_each_other(course, form):
    """What one kernel writes, another cannot read (names alone, Landlock shows)."""
    folder = course / "autograded/me/01"
    with Shell(folder, **form) as one, Shell(folder, **form) as other:
        where = run(
            one,
            """
            import json, tempfile
            for top in (".", os.environ["HOME"], tempfile.gettempdir()):
                Path(top, "note").write_text("hello")
            print(json.dumps(os.getcwd()))
            """,
        )
        seen = run(
            other,
            f"""
            import json, tempfile
            seen = []
            for top in (".", os.environ["HOME"], tempfile.gettempdir(), {where!r}):
                try:
                    seen.append(Path(top, "note").read_text())
                except OSError:
                    pass
            print(json.dumps(seen))
            """,
        )

    assert seen == []


def test_without_isolation_nothing_starts(monkeypatch):
    """Where no wall holds, the search for them ends in a refusal that says why."""
    monkeypatch.setattr(isolation, "_candidates", lambda *allowed: [])

    with pytest.raises(isolation.Refused, match="neither"):
        isolation.find_isolation([])


def test_isolation_that_does_not_hold_does_not_count(monkeypatch):
    """Isolation is believed only after it has held a child."""
    code = textwrap.dedent("""
        from autograder.sandbox import isolation
        isolation._candidates = lambda *allowed: [isolation.NO_ISOLATION]
        try:
            isolation.find_isolation(isolation.readable_paths())
        except isolation.Refused as refusal:
            print(refusal)
    """)
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30
    ).stdout

    assert "files outside can be read" in answer
    assert "other processes can be reached" in answer


def test_unsandboxed_has_to_be_asked_for(course):
    """Without isolation, when asked for, a kernel works, and says that it has none."""
    with Shell(course / "autograded/me/01", sandboxed=False) as shell:
        code = f"import json; print(json.dumps(os.path.exists({str(course)!r})))"

        assert run(shell, code) is True
        assert shell.sandbox.isolation.name == "none"


def test_the_doctor_says_what_is_in_force():
    """Every measure has a line, and the exit status is that of the sandbox."""
    measures = isolation.capabilities()
    doctor = subprocess.run(
        [sys.executable, "-m", "autograder.cli.doctor"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert {"sandbox", "files", "network", "orphans"} <= {m.name for m in measures}
    assert all(measure.how for measure in measures)
    assert all(measure.name in doctor.stdout for measure in measures)
    assert doctor.returncode == (0 if measures[0].in_force else 1)


def test_staging_is_bounded(tmp_path):
    """Too many or too large files are refused by name of the reason."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    for n in range(3):
        (source / f"{n}.txt").write_bytes(bytes(100))

    with pytest.raises(staging.TooMuch, match="many"):
        staging.stage(str(source), str(target), most_files=2)
    for path in target.iterdir():
        path.unlink()
    with pytest.raises(staging.TooMuch, match="large"):
        staging.stage(str(source), str(target), most_bytes=250)


def test_staging_says_what_it_left_out(tmp_path):
    """Links and things that are no files are named with the reason."""
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "inner").mkdir(parents=True)
    target.mkdir()
    (source / "inner/kept.txt").write_text("kept")
    (source / "inner/link").symlink_to("/etc/hostname")
    os.link(source / "inner/kept.txt", tmp_path / "elsewhere")
    os.mkfifo(source / "pipe")
    (source / "plain.txt").write_text("plain")

    assert staging.stage(str(source), str(target)) == [
        "inner/kept.txt: a hard link",
        "inner/link: a symbolic link",
        "pipe: no file",
    ]
    assert (target / "plain.txt").read_text() == "plain"


def test_a_submission_that_is_too_large_is_named(course, form):
    """A kernel for too many files does not start, and the reason is said."""
    folder = course / "autograded/me/01"
    for n in range(staging.MOST_FILES + 1):
        (folder / f"{n}.txt").touch()

    with pytest.raises(RuntimeError, match="too many files"):
        Shell(folder, **form)


def test_user_ids_are_not_shared():
    """Each child of root has a user id of its own that nobody has."""
    ids = set()
    for _ in range(2):
        code = "from autograder.sandbox.isolation import own_user; print(own_user())"
        run = subprocess.run([sys.executable, "-c", code], capture_output=True)
        ids.add(run.stdout)

    assert len(ids) == 2


@pytest.mark.parametrize("unsandboxed", [False, True])
def test_grading_finds_the_process_that_was_warmed_up_for_it(monkeypatch, unsandboxed):
    """What starts before nbgrader is imported is what the runner asks for."""
    monkeypatch.setattr(ForkServer, "_shared", {})
    started = []
    monkeypatch.setattr(
        ForkServer, "start", lambda forkserver: started.append(forkserver)
    )
    for arguments in (["demo"], ["grade", "--help"], ["grade", "--scheduler=a", "01"]):
        warm_up(arguments)
    assert started == []

    warm_up(["grade", "01", *(["--unsandboxed"] if unsandboxed else [])])

    assert started == [Sandbox(sandboxed=not unsandboxed).forkserver]


@pytest.mark.parametrize("module", ["autograder", "nbgrader"])
def test_no_command_waits_for_a_grammar_of_addresses(module):
    """What takes a second or two to import, and checks nothing here, is left out."""
    command = [sys.executable, "-X", "importtime", "-m", module, "--help"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert "jsonschema._format" in run.stderr
    assert "rfc3987_syntax.syntax_helpers" not in run.stderr


def test_a_fork_server_is_shared_by_its_settings():
    """The same settings give the same fork server, others another."""
    one = ForkServer.shared(Preparation(("numpy",)))
    other = ForkServer.shared(Preparation(("numpy",), namespaces=False))

    assert one is ForkServer.shared(Preparation(("numpy",)))
    assert one is not other


def test_all_this_holds_for_an_ordinary_user():
    """The rules hold when nobody in particular grades, without any privilege."""
    if os.geteuid() != 0 or INSIDE in os.environ:
        assert os.geteuid() != 0
        return
    # Not below pytest's own folder, which other runs keep closing to others.
    with tempfile.TemporaryDirectory(prefix="ordinary-") as folder:
        os.chmod(folder, 0o777)
        command = [sys.executable, "-m", "pytest", "-q", "-x"]
        command += ["-p", "no:cacheprovider", "--basetemp", f"{folder}/all", __file__]
        helper = str(Path(__file__).parent / "sandbox_helpers.py")
        run = subprocess.run(
            [sys.executable, helper, str(ROOT), "--", *command],
            env=dict(os.environ, **{INSIDE: "1", "PYTHONPATH": str(ROOT)}),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=400,
        )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
