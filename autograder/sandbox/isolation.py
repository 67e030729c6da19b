"""What isolation this machine offers, and how a child enters it.

Two mechanisms hold files, network and processes on their own: *namespaces* (what
is not named does not exist) and *Landlock* with *seccomp* (what is not named may
not be opened, no socket may be made). All that exist are used together. Isolation
counts only after an isolated child has been seen to fail at what it must not do.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple

from autograder.sandbox import landlock, namespaces, seccomp, syscalls
from autograder.sandbox.limits import Limits, Occupied
from autograder.sandbox.staging import stage

HIGH_ID = 1_900_000_000
LOW_ID, LOW_IDS = 60_000, 5_000
SYSTEM = (
    "/bin",
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/share/fonts",
    "/usr/share/zoneinfo",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/localtime",
)
DEVICES = tuple(f"/dev/{name}" for name in namespaces.DEVICES)


class Refused(RuntimeError):
    """This machine offers no sandbox, and nobody said to do without."""


@dataclass(frozen=True)
class Isolation:
    """What isolates a child from the machine."""

    # Whether a child has a root and processes of its own, and an empty network.
    namespaces: bool = False
    # Whether a user namespace gives the rights to make them.
    user_namespace: bool = False
    own_user: bool = False  # whether a child runs as a user that nobody else is
    landlock: int = 0  # version of Landlock's interface in use, 0 without
    seccomp: bool = False  # whether system calls are filtered

    @property
    def name(self) -> str:
        """Return "namespaces", "landlock" or "none"."""
        if self.namespaces:
            return "namespaces"
        return "landlock" if self.landlock else "none"

    def as_dict(self) -> dict[str, bool | int]:
        """Return it as a plain dictionary, for a message."""
        return asdict(self)


class Measure(NamedTuple):
    """One line of what is in force here."""

    name: str
    in_force: bool
    how: str


NO_ISOLATION = Isolation()


def readable_paths(more: Sequence[str] = ()) -> list[str]:
    """Return what a child may read: interpreter, packages, system libraries, `more`."""
    wanted = [p for p in SYSTEM if os.path.lexists(p)]
    for prefix in dict.fromkeys((sys.prefix, sys.base_prefix)):
        inside = ("bin", "lib", "lib64", "pyvenv.cfg")
        wanted += [os.path.join(prefix, name) for name in inside]
    wanted += [p for p in sys.path if p.endswith(("site-packages", "dist-packages"))]
    wanted += sysconfig.get_paths().values()
    wanted += more
    chosen: list[str] = []
    for path in sorted({form for p in wanted for form in (p, os.path.realpath(p))}):
        if os.path.lexists(path) and not any(_within(path, c) for c in chosen):
            chosen.append(path)
    return chosen


def _within(path: str, folder: str) -> bool:
    return (path + "/").startswith(folder + "/") and not os.path.islink(folder)


def own_user() -> int | None:
    """Return a user id that nobody has, different in each process, or None."""
    for base, span in ((HIGH_ID, 2**22), (LOW_ID, LOW_IDS)):
        if _is_mapped(base) and _is_mapped(base + span - 1):
            return base + os.getpid() % span
    return None


def _is_mapped(uid: int) -> bool:
    try:
        with open("/proc/self/uid_map") as lines:
            ranges = [[int(field) for field in line.split()] for line in lines]
    except OSError:
        return True
    return any(first <= uid < first + count for first, _, count in ranges)


def enter(
    isolation: Isolation,
    limits: Limits,
    readable: Sequence[str],
    folder: str,
    submission: int | None,
    user: int | None,
) -> str:
    """Isolate this process, for good; return the scratch folder as seen from there.

    An existing `folder` is this child's own, but with namespaces; files of the open
    folder `submission`, which is closed, are copied to ``work`` below the returned one.
    `user` is the id to become, if any.
    """
    occupied = Occupied.now()  # where there still is a /proc
    uid, gid = (user, user) if user is not None else (os.getuid(), os.getgid())
    if isolation.namespaces:
        # Children of one folder see nothing of each other's: each mounts its own there.
        root = os.path.join(folder, "root")
        os.makedirs(root, exist_ok=True)
        outside = namespaces.build_root(root, readable, limits.disk, (uid, gid))
        home = namespaces.HOME
    else:
        outside = home = os.path.join(folder, "home")
        os.mkdir(home, 0o700)
        os.mkdir(home + "/tmp")
    os.mkdir(outside + "/work")
    if submission is not None:
        try:
            stage(submission, outside + "/work")
        finally:
            os.close(submission)
    if user is not None:
        _give(outside, user)
    if isolation.namespaces:
        namespaces.enter_root(root)
        readable = ["/"]
    limits.apply(occupied, own_processes=user is not None or isolation.user_namespace)
    held = syscalls.LINUX and isolation != NO_ISOLATION
    if held:
        syscalls.drop_bounding_set()
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    if held:
        syscalls.drop_capabilities()
        syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
        syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)
    if syscalls.LINUX:
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, 9)
    if isolation.landlock:
        writable = [home, "/tmp", "/dev/shm"] if isolation.namespaces else [home]
        terminals = ["/dev/pts"] if isolation.namespaces else []
        landlock.confine(readable, writable, [*DEVICES, *terminals])
    if isolation.seccomp:
        seccomp.restrict(*filter_of(isolation))
    return home


def filter_of(isolation: Isolation) -> tuple[bool, bool]:
    """Return what the filter of system calls must know of an isolation."""
    governed = isolation.landlock >= landlock.SINCE_TRUNCATE
    return isolation.namespaces, isolation.namespaces or governed


def _give(top: str, user: int) -> None:
    for folder, folders, files in os.walk(top):
        for name in folders + files:
            os.chown(os.path.join(folder, name), user, user, follow_symlinks=False)
    os.chown(top, user, user)


def find_isolation(
    readable: Sequence[str],
    allow_namespaces: bool = True,
    allow_landlock: bool = True,
) -> tuple[Isolation, list[str]]:
    """Return the strongest isolation that holds here, and why stronger does not.

    The process that calls this must have a single thread. Namespaces and Landlock can
    be done without where they are there; system calls are filtered in any case.

    Raises
    ------
    Refused
        When none holds.
    """
    reasons: list[str] = []
    if not syscalls.LINUX:
        raise Refused("there is no sandbox for this operating system")
    if not seccomp.known():
        raise Refused(f"which system calls {syscalls.MACHINE} has is not known here")
    for isolation in _candidates(allow_namespaces, allow_landlock):
        reason = _try(isolation, readable)
        if reason is None:
            return isolation, reasons
        reasons.append(f"{isolation.name}: {reason}")
    raise Refused("; ".join(reasons) or "neither namespaces nor Landlock exist here")


def _candidates(allow_namespaces: bool, allow_landlock: bool) -> list[Isolation]:
    version = landlock.version() if allow_landlock else 0
    second = Isolation(landlock=version, seccomp=True)
    root = os.geteuid() == 0
    apart = replace(second, own_user=root and own_user() is not None)
    found = []
    if allow_namespaces and syscalls.MACHINE in syscalls.SYS_PIVOT_ROOT:
        if root:
            found.append(replace(apart, namespaces=True))
        found.append(replace(second, namespaces=True, user_namespace=True))
    if second.landlock:
        found += [apart, second] if apart.own_user else [second]
    return found


def _try(isolation: Isolation, readable: Sequence[str]) -> str | None:
    """Return None if `isolation` holds a child, else the reason."""
    with (
        tempfile.TemporaryDirectory(prefix="isolation-") as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        os.chmod(folder, 0o711)
        secret = os.path.join(folder, "secret")
        with open(secret, "w") as file:
            file.write("not for you")
        os.chmod(secret, 0o666)
        reading, writing = os.pipe()
        middle = os.fork()
        if middle == 0:
            try:
                os.close(reading)
                _trial(
                    isolation, readable, folder, secret, listener.getsockname(), writing
                )
            except BaseException as problem:
                os.write(writing, str(problem).encode()[:1000] or b"failed")
            finally:
                os._exit(0)
        os.close(writing)
        with open(reading, "rb") as answer:
            said = answer.read().decode(errors="replace")
        os.waitpid(middle, 0)
    return None if said == "held" else said or "the trial ended without an answer"


def _trial(
    isolation: Isolation,
    readable: Sequence[str],
    folder: str,
    secret: str,
    address: tuple[str, int],
    answer: int,
) -> None:
    user = own_user() if isolation.own_user else None
    if isolation.namespaces:
        namespaces.separate_processes(isolation.user_namespace)
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    enter(isolation, Limits(memory=0), readable, folder, None, user)
    failures = []
    try:
        open(secret).close()
        failures.append("files outside can be read")
    except OSError:
        pass
    try:
        open(secret, "a").close()
        failures.append("files outside can be written")
    except OSError:
        pass
    try:
        socket.create_connection(address, timeout=1).close()
        failures.append("other processes can be reached")
    except OSError:
        pass
    try:
        for path in (json.__file__, sys.executable, os.__file__):
            open(path, "rb").close()
    except OSError as problem:
        failures.append(f"the interpreter cannot be read ({problem})")
    os.write(answer, "; ".join(failures).encode() or b"held")


def capabilities() -> list[Measure]:
    """Return what is in force on this machine, for this user, line by line."""
    run = subprocess.run(
        [sys.executable, "-P", "-m", "autograder.sandbox.isolation"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found = json.loads(run.stdout)
    return _measures(Isolation(**found["isolation"]), found["reasons"])


def _measures(isolation: Isolation, reasons: list[str]) -> list[Measure]:
    held, spaces = isolation != NO_ISOLATION, isolation.namespaces
    why_not = "; ".join(reasons) or "not offered here"
    by = [*(["namespaces"] if spaces else [])]
    by += [f"Landlock {isolation.landlock}"] if isolation.landlock else []
    network = ["an empty network, without any device"] if spaces else []
    network += ["seccomp refuses sockets"] if isolation.seccomp else []
    user = "children run as the user who grades"
    if isolation.own_user:
        user = "an unused user id for each child"
    elif isolation.user_namespace:
        user = "a user namespace for each child"
    signals = spaces or isolation.own_user or isolation.landlock >= 6

    def line(name: str, in_force: bool, how: str, otherwise: str = why_not) -> Measure:
        return Measure(name, in_force, how if in_force else otherwise)

    return [
        line("sandbox", held, " and ".join(by), f"grading refuses: {why_not}"),
        line(
            "namespaces",
            spaces,
            "in a user namespace" if isolation.user_namespace else "as root",
        ),
        line(
            "Landlock",
            bool(isolation.landlock),
            f"version {isolation.landlock} of its interface",
            "needs Linux 5.13 or newer, with Landlock enabled",
        ),
        line("system calls", isolation.seccomp, "only those that notebooks need"),
        line("files", held, "only what is listed exists or can be opened"),
        line("network", bool(network), ", ".join(network)),
        line("own user", isolation.own_user or isolation.user_namespace, user, user),
        line(
            "signals",
            signals,
            "none reach other processes",
            "other processes of this user can be signalled",
        ),
        line(
            "orphans",
            held,
            "a process namespace ends as a whole"
            if spaces
            else "descendants are ended one by one",
        ),
        line("memory", syscalls.LINUX, "of each process limited, the sum watched"),
        line("processes", syscalls.LINUX, "number, processor time, open files limited"),
        line(
            "disk",
            held,
            "a file system of fixed size" if spaces else "watched twice a second",
        ),
    ]


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        isolation, reasons = find_isolation(readable_paths())
    except Refused as refusal:
        isolation, reasons = NO_ISOLATION, [str(refusal)]
    print(json.dumps({"isolation": isolation.as_dict(), "reasons": reasons}))


if __name__ == "__main__":
    _main()
