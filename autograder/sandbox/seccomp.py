"""Seccomp: refuse the system calls that no notebook needs.

Sockets above all: a child receives the sockets that it may use, and makes no
others (pairs of connected stream sockets excepted, which event loops use).
Then what changes mounts, namespaces, other processes or the machine, and the
parts of the kernel whose faults have most often let somebody out.
"""

from __future__ import annotations

import ctypes
import errno
import socket
import struct

from autograder.sandbox.syscalls import (
    MACHINE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_SECCOMP,
    prctl,
)

SECCOMP_MODE_FILTER = 2
KILL_PROCESS, ERRNO, ALLOW = 0x8000_0000, 0x0005_0000, 0x7FFF_0000
LOAD, EQUAL, AT_LEAST, ANY_BIT, AND, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16

NEW_NAMESPACES = 0x7E02_0000
X32 = 0x4000_0000
FAKE_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: type on somebody's terminal

AUDIT_ARCHITECTURE = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435
IOCTL = {"x86_64": 16, "aarch64": 29}
SOCKETPAIR = {"x86_64": 53, "aarch64": 199}

_BOTH = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "mount_setattr": 442,
    "quotactl_fd": 443,
}
REFUSED = {
    "x86_64": _BOTH
    | {
        "socket": 41,
        "connect": 42,
        "ptrace": 101,
        "syslog": 103,
        "mknod": 133,
        "vhangup": 153,
        "modify_ldt": 154,
        "pivot_root": 155,
        "adjtimex": 159,
        "chroot": 161,
        "acct": 163,
        "settimeofday": 164,
        "mount": 165,
        "umount2": 166,
        "swapon": 167,
        "swapoff": 168,
        "reboot": 169,
        "sethostname": 170,
        "setdomainname": 171,
        "iopl": 172,
        "ioperm": 173,
        "init_module": 175,
        "delete_module": 176,
        "quotactl": 179,
        "clock_settime": 227,
        "mbind": 237,
        "kexec_load": 246,
        "add_key": 248,
        "request_key": 249,
        "keyctl": 250,
        "migrate_pages": 256,
        "mknodat": 259,
        "unshare": 272,
        "move_pages": 279,
        "perf_event_open": 298,
        "fanotify_init": 300,
        "name_to_handle_at": 303,
        "open_by_handle_at": 304,
        "clock_adjtime": 305,
        "setns": 308,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "kcmp": 312,
        "finit_module": 313,
        "kexec_file_load": 320,
        "bpf": 321,
        "userfaultfd": 323,
    },
    "aarch64": _BOTH
    | {
        "mknodat": 33,
        "umount2": 39,
        "mount": 40,
        "pivot_root": 41,
        "chroot": 51,
        "vhangup": 58,
        "quotactl": 60,
        "acct": 89,
        "unshare": 97,
        "kexec_load": 104,
        "init_module": 105,
        "delete_module": 106,
        "clock_settime": 112,
        "syslog": 116,
        "ptrace": 117,
        "reboot": 142,
        "sethostname": 161,
        "setdomainname": 162,
        "settimeofday": 170,
        "adjtimex": 171,
        "socket": 198,
        "connect": 203,
        "add_key": 217,
        "request_key": 218,
        "keyctl": 219,
        "swapon": 224,
        "swapoff": 225,
        "mbind": 235,
        "migrate_pages": 238,
        "move_pages": 239,
        "perf_event_open": 241,
        "fanotify_init": 262,
        "name_to_handle_at": 264,
        "open_by_handle_at": 265,
        "clock_adjtime": 266,
        "setns": 268,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "kcmp": 272,
        "finit_module": 273,
        "bpf": 280,
        "userfaultfd": 282,
        "kexec_file_load": 294,
    },
}


def known() -> bool:
    """Say whether the calls of this processor are in the table."""
    return MACHINE in REFUSED


def program() -> bytes:
    """Return the filter for this processor, in the kernel's own form."""

    def step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
        return struct.pack("=HBBI", code, then, otherwise, value)

    refuse = step(RETURN, ERRNO | errno.EPERM)
    number = step(LOAD, NUMBER)

    def argument(n: int) -> bytes:
        return step(LOAD, ARGUMENTS + 8 * n)

    def when(call: int, *steps: bytes) -> bytes:
        body = b"".join(steps) + number
        return step(EQUAL, call, 0, len(body) // 8) + body

    parts = [
        step(LOAD, ARCHITECTURE),
        step(EQUAL, AUDIT_ARCHITECTURE[MACHINE], 1, 0),
        step(RETURN, KILL_PROCESS),
        number,
    ]
    if MACHINE == "x86_64":
        parts += [step(AT_LEAST, X32, 0, 1), refuse]
    # The C library falls back from clone3, whose flags no filter can read.
    parts += [step(EQUAL, CLONE3, 0, 1), step(RETURN, ERRNO | errno.ENOSYS)]
    parts += [
        when(CLONE[MACHINE], argument(0), step(ANY_BIT, NEW_NAMESPACES, 0, 1), refuse),
        when(
            IOCTL[MACHINE],
            argument(1),
            *(
                part
                for code in FAKE_INPUT
                for part in (step(EQUAL, code, 0, 1), refuse)
            ),
        ),
        when(
            SOCKETPAIR[MACHINE],
            argument(1),
            step(AND, 0xF),
            step(EQUAL, int(socket.SOCK_STREAM), 1, 0),
            refuse,
        ),
    ]
    for call in sorted(REFUSED[MACHINE].values()):
        parts += [step(EQUAL, call, 0, 1), refuse]
    parts.append(step(RETURN, ALLOW))
    return b"".join(parts)


def refuse() -> None:
    """Put the filter over this process and all that it will start, for good."""
    code = program()
    buffer = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]

    prog = Program(length=len(code) // 8, steps=ctypes.addressof(buffer))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(prog))
