"""The few Linux system calls that Python's standard library lacks."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import sys

LINUX = sys.platform == "linux"
MACHINE = platform.machine()

CLONE_NEWNS = 0x0002_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_REMOUNT = 0x20
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x4_0000
MNT_DETACH = 0x2

MADV_COLLAPSE = 25  # since Linux 6.1
HUGE_PAGE = 2 * 1024 * 1024

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

AT_FDCWD = -100
AT_RECURSIVE = 0x8000
MOUNT_ATTR_RDONLY = 0x1
MOUNT_ATTR_NOSUID = 0x2
MOUNT_ATTR_NODEV = 0x4
SYS_MOUNT_SETATTR = 442
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_libc = ctypes.CDLL(None, use_errno=True)
if LINUX:
    _libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]


class _MountAttributes(ctypes.Structure):
    _fields_ = [(n, ctypes.c_uint64) for n in ("set", "clear", "spread", "ns")]


class _CapabilityHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


def _checked(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), what)
    return result


def syscall(number: int, *arguments: object, what: str = "") -> int:
    """Make a system call by number; raise OSError when it fails."""
    return _checked(_libc.syscall(ctypes.c_long(number), *arguments), what)


def prctl(option: int, *arguments: int) -> int:
    """Change a property of this process."""
    padded = (*arguments, 0, 0, 0, 0)[:4]
    return _checked(_libc.prctl(option, *padded), f"prctl {option}")


def unshare(flags: int) -> None:
    """Give this process (NEWPID: its children) namespaces of its own."""
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(
    source: str, target: str, kind: str | None, flags: int, data: str = ""
) -> None:
    """Mount `source` of type `kind` on `target`."""
    _checked(
        _libc.mount(
            os.fsencode(source),
            os.fsencode(target),
            kind.encode() if kind else None,
            ctypes.c_ulong(flags),
            data.encode() or None,
        ),
        f"mount {target}",
    )


def umount(target: str) -> None:
    """Detach what is mounted on `target`."""
    _checked(_libc.umount2(os.fsencode(target), MNT_DETACH), f"umount {target}")


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root of this mount namespace and put the old one at `old`."""
    number = SYS_PIVOT_ROOT[MACHINE]
    syscall(number, os.fsencode(new), os.fsencode(old), what="pivot_root")


def make_read_only(target: str, devices: bool = False) -> None:
    """Make the mount at `target` read-only, with everything mounted below it.

    Device files there can be opened, for writing too, where `devices` says so.
    """
    wanted = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID
    attributes = _MountAttributes(set=wanted if devices else wanted | MOUNT_ATTR_NODEV)
    syscall(
        SYS_MOUNT_SETATTR,
        ctypes.c_int(AT_FDCWD),
        os.fsencode(target),
        ctypes.c_uint(AT_RECURSIVE),
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
        what=f"mount_setattr {target}",
    )


def drop_bounding_set() -> None:
    """Give up, while there is the right to, what an exec could bring back."""
    for capability in range(64):
        try:
            if prctl(PR_CAPBSET_READ, capability):  # dropping takes longer
                prctl(PR_CAPBSET_DROP, capability)
        except OSError:  # beyond the last one, or none left to drop with
            break


def drop_capabilities() -> None:
    """Give up every capability."""
    nothing = (ctypes.c_uint32 * 6)()
    header = _CapabilityHeader(version=0x2008_0522, pid=0)
    _checked(_libc.capset(ctypes.byref(header), ctypes.byref(nothing)), "capset")
    with contextlib.suppress(OSError):  # kernels before 4.3 have none
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)


def use_huge_pages() -> int:
    """Move this process's memory into huge pages where it can; return how many.

    A fork then copies a few entries of page tables instead of many thousand, until a
    part of such a page is written to.
    """
    count = 0
    try:
        with open("/proc/self/maps") as lines:
            areas = [line.split() for line in lines]
    except OSError:
        return 0
    for span, rights, _, _, _, *name in areas:
        if rights != "rw-p" or name not in ([], ["[heap]"]):
            continue
        first, last = (int(end, 16) for end in span.split("-"))
        for start in range(-(-first // HUGE_PAGE) * HUGE_PAGE, last, HUGE_PAGE):
            if start + HUGE_PAGE <= last:
                size = ctypes.c_size_t(HUGE_PAGE)
                advice = ctypes.c_void_p(start), size, ctypes.c_int(MADV_COLLAPSE)
                count += _libc.madvise(*advice) == 0
    return count


def threads() -> int:
    """Return the number of threads of this process (1 where it cannot be told)."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1
