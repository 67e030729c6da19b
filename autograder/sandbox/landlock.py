"""Landlock: file access by list, for any process, without privileges.

Works in containers too. Three system calls; the bits of each version of the
interface are asked for only where the kernel knows them.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable

from autograder.sandbox.syscalls import PR_SET_NO_NEW_PRIVS, prctl, syscall

SYS_CREATE_RULESET, SYS_ADD_RULE, SYS_RESTRICT_SELF = 444, 445, 446
CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
MAKE_CHAR, MAKE_BLOCK = 1 << 6, 1 << 11
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
FIRST_VERSION = (1 << 13) - 1
SINCE_TRUNCATE = 3
NET_TCP = 0b11
SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11

ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
READ = EXECUTE | READ_FILE | READ_DIR


class _Ruleset(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("files", "network", "scope")]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("access", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def version() -> int:
    """Return the version of Landlock's interface here, 0 if there is none."""
    try:
        return syscall(
            SYS_CREATE_RULESET,
            None,
            ctypes.c_size_t(0),
            ctypes.c_uint32(CREATE_RULESET_VERSION),
        )
    except OSError:
        return 0


def handled(abi: int) -> int:
    """Return the file rights that version `abi` can govern."""
    rights = FIRST_VERSION
    for since, right in ((2, REFER), (SINCE_TRUNCATE, TRUNCATE), (5, IOCTL_DEV)):
        if abi >= since:
            rights |= right
    return rights


def confine(
    readable: Iterable[str], writable: Iterable[str], devices: Iterable[str] = ()
) -> None:
    """Confine this process, for good, to the files and folders named.

    Below `readable` paths it may read and execute, below `writable` ones do anything
    but make devices; `devices` it may read and write. TCP, abstract sockets of others
    and signals to processes outside are forbidden where the kernel's Landlock can
    (versions 4 and 6).
    """
    abi = version()
    rights = handled(abi)
    ruleset = _Ruleset(
        files=rights,
        network=NET_TCP if abi >= 4 else 0,
        scope=SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 else 0,
    )
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    descriptor = syscall(
        SYS_CREATE_RULESET,
        ctypes.byref(ruleset),
        ctypes.c_size_t(size),
        ctypes.c_uint32(0),
        what="landlock_create_ruleset",
    )
    try:
        for path in readable:
            _allow(descriptor, path, READ & rights)
        for path in devices:
            _allow(descriptor, path, (READ_FILE | WRITE_FILE | IOCTL_DEV) & rights)
        for path in writable:
            _allow(descriptor, path, rights & ~(MAKE_CHAR | MAKE_BLOCK))
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        syscall(
            SYS_RESTRICT_SELF,
            ctypes.c_int(descriptor),
            ctypes.c_uint32(0),
            what="landlock_restrict_self",
        )
    finally:
        os.close(descriptor)


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):
            access &= ON_FILES
        rule = _PathBeneath(access=access, parent=parent)
        syscall(
            SYS_ADD_RULE,
            ctypes.c_int(ruleset),
            ctypes.c_int(RULE_PATH_BENEATH),
            ctypes.byref(rule),
            ctypes.c_uint32(0),
            what=f"landlock_add_rule {path}",
        )
    finally:
        os.close(parent)
