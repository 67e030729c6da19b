"""A root folder and processes of a child's own, and an empty network and IPC.

The new root holds nothing but what was named: all else does not exist there. It
has no /proc, which would show where on this machine things are, and how much of it
others use.
The scratch folder is a file system in memory, so that its size is exact and it
is gone with the child.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterable

from autograder.sandbox import syscalls

HOME = "/home/learner"
DEVICES = ("null", "zero", "full", "random", "urandom")
INSIDE_ID = 1000
ENTRIES = 20_000
SHARED_MEMORY = 64 * 1024 * 1024
# Names without bytes take the kernel's memory too, and terminals are counted for the
# whole machine.
SHARED_NAMES, TERMINALS = 500, 16


def separate_processes(user_namespace: bool) -> None:
    """Let the next child of this process be the first of a process namespace.

    With `user_namespace` it makes the rights to do so first, in a user namespace whose
    only user is the one that runs this.
    """
    if user_namespace:
        uid, gid = os.geteuid(), os.getegid()
        syscalls.unshare(syscalls.CLONE_NEWUSER)
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/gid_map", f"{INSIDE_ID} {gid} 1")
        _write("/proc/self/uid_map", f"{INSIDE_ID} {uid} 1")
    syscalls.unshare(syscalls.CLONE_NEWPID)


# Whether this process, and all that it forks, has left the machine's network.
_apart = False


def leave_network() -> None:
    """Leave the machine's network, IPC and name for empty ones, for good.

    Whoever forks children may do so once for all of them, which saves the kernel making
    and ending a network for each. Children that share an empty one have no call by
    which they could use it: the filter knows none.
    """
    global _apart
    if _apart:
        return
    spaces = syscalls.CLONE_NEWNET | syscalls.CLONE_NEWIPC | syscalls.CLONE_NEWUTS
    syscalls.unshare(spaces)
    socket.sethostname("learner")
    _apart = True


def build_root(
    root: str, readable: Iterable[str], disk: int, owner: tuple[int, int]
) -> str:
    """Build the child's root at `root`, an empty folder; return where scratch is.

    What is `readable` is at the same places there. Scratch is of `disk` bytes and of a
    user and group; it is there until `enter_root` is called.
    """
    leave_network()
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount("none", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    plain = syscalls.MS_NOSUID | syscalls.MS_NODEV
    syscalls.mount("tmpfs", root, "tmpfs", plain, "mode=755,size=1m,nr_inodes=5000")
    for path in readable:
        _show(root, path)
    _make_devices(root)

    scratch = root + HOME
    os.makedirs(scratch)
    uid, gid = owner
    size = f"mode=700,uid={uid},gid={gid},size={disk or '50%'},nr_inodes={ENTRIES}"
    syscalls.mount("tmpfs", scratch, "tmpfs", plain, size)
    os.mkdir(scratch + "/tmp")
    if not os.path.lexists(root + "/tmp"):  # what may be read can lie there
        os.mkdir(root + "/tmp")
        syscalls.mount(scratch + "/tmp", root + "/tmp", None, syscalls.MS_BIND)
    syscalls.mount(
        "none",
        root,
        None,
        syscalls.MS_REMOUNT | syscalls.MS_BIND | syscalls.MS_RDONLY | plain,
    )
    return scratch


def enter_root(root: str) -> None:
    """Make `root` the root for good, and forget the old one."""
    os.chdir(root)
    syscalls.pivot_root(".", ".")
    syscalls.umount(".")
    os.chdir("/")


def _show(root: str, path: str) -> None:
    """Make `path` visible below `root`, read-only; keep symbolic links links."""
    target = root + path
    if os.path.lexists(target):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(path):
        os.symlink(os.readlink(path), target)
        return
    if os.path.isdir(path):
        os.mkdir(target)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o644))
    syscalls.mount(path, target, None, syscalls.MS_BIND | syscalls.MS_REC)
    syscalls.make_read_only(target)


def _make_devices(root: str) -> None:
    os.mkdir(root + "/dev")
    for name in DEVICES:
        target = f"{root}/dev/{name}"
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o666))
        syscalls.mount(f"/dev/{name}", target, None, syscalls.MS_BIND)
        # Devices take no notice; but nobody can set the times of a common file.
        syscalls.make_read_only(target, devices=True)
    os.symlink("pts/ptmx", f"{root}/dev/ptmx")
    quiet = syscalls.MS_NOSUID | syscalls.MS_NOEXEC
    shared = f"mode=1777,size={SHARED_MEMORY},nr_inodes={SHARED_NAMES}"
    terminals = f"newinstance,ptmxmode=0666,mode=0600,max={TERMINALS}"
    for name, kind, flags, data in (
        ("shm", "tmpfs", quiet | syscalls.MS_NODEV, shared),
        ("pts", "devpts", quiet, terminals),
    ):
        os.mkdir(f"{root}/dev/{name}")
        _if_allowed(kind, f"{root}/dev/{name}", flags, data)


def _if_allowed(kind: str, target: str, flags: int, data: str) -> None:
    """Mount what is a convenience, where it is allowed."""
    with contextlib.suppress(OSError):
        syscalls.mount(kind, target, kind, flags, data)


def _write(path: str, line: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)
