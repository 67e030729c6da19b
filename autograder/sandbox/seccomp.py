"""Seccomp: allow the system calls that notebooks need, some of them in part.

What is not in the table does not exist for a child, as on a kernel without it
(ENOSYS): the C library and others then do without. The table was made from what
the course's notebooks and usual work call (NumPy, Matplotlib, h5py, SQLite,
subprocesses, IPython's magics), and from what other versions of the C library call
in the place of these.

Beside what changes the machine or other processes, three kinds are left out:

* sockets: a child receives those that it may use, and makes no others (pairs of
  connected stream sockets excepted, which event loops use);
* what two children could use as a common memory: IPC objects and keyrings; locks,
  leases, futexes, write hints, event queues and owner's attributes of files that
  both can read; attributes of processes that both can see;
* what tells, without measuring time, which parts of common files are in memory
  or how much of the machine others use: flags of `preadv2`, `mincore`, advice to
  the page cache, counts of page faults, free blocks of file systems.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import socket
import struct
from collections.abc import Iterable

from autograder.sandbox.syscalls import (
    MACHINE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_SECCOMP,
    prctl,
)

SECCOMP_MODE_FILTER = 2
KILL_PROCESS, ERRNO, ALLOW = 0x8000_0000, 0x0005_0000, 0x7FFF_0000
LOAD, AND, RETURN = 0x20, 0x54, 0x06
EQUAL, ABOVE, AT_LEAST, ANY_BIT = 0x15, 0x25, 0x35, 0x45
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
LOW_HALF, HIGH_HALF = 0, 4  # of an argument; both processors are little-endian

ARCHITECTURES = {"x86_64": (0xC000_003E, 0), "aarch64": (0xC000_00B7, 1)}

# Name, number on x86_64, number on aarch64.
TABLE = """
read 0 63, write 1 64, pread64 17 67, pwrite64 18 68, readv 19 65, writev 20 66,
preadv 295 69, pwritev 296 70, preadv2 327 286, pwritev2 328 287, lseek 8 62,
open 2 -, openat 257 56, creat 85 -, close 3 57, close_range 436 436, dup 32 23,
dup2 33 -, dup3 292 24, pipe 22 -, pipe2 293 59, stat 4 -, fstat 5 80, lstat 6 -,
newfstatat 262 79, statx 332 291, access 21 -, faccessat 269 48, faccessat2 439 439,
getdents 78 -, getdents64 217 61, getcwd 79 17, chdir 80 49, fchdir 81 50,
mkdir 83 -, mkdirat 258 34, rmdir 84 -, unlink 87 -, unlinkat 263 35, rename 82 -,
renameat 264 38, renameat2 316 276, link 86 -, linkat 265 37, symlink 88 -,
symlinkat 266 36, readlink 89 -, readlinkat 267 78, truncate 76 45, ftruncate 77 46,
fallocate 285 47, fsync 74 82, fdatasync 75 83, copy_file_range 326 285,
sendfile 40 71, chmod 90 -, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452,
chown 92 -, fchown 93 55, lchown 94 -, fchownat 260 54, utime 132 -, utimes 235 -,
futimesat 261 -, utimensat 280 88, umask 95 166, flock 73 32, fcntl 72 25,
ioctl 16 29, setxattr 188 5, lsetxattr 189 6, fsetxattr 190 7, getxattr 191 8,
lgetxattr 192 9, fgetxattr 193 10, listxattr 194 11, llistxattr 195 12,
flistxattr 196 13, removexattr 197 14, lremovexattr 198 15, fremovexattr 199 16,
poll 7 -, ppoll 271 73, select 23 -, pselect6 270 72, epoll_create 213 -,
epoll_create1 291 20, epoll_ctl 233 21, epoll_wait 232 -, epoll_pwait 281 22,
epoll_pwait2 441 441, eventfd 284 -, eventfd2 290 19, signalfd 282 -,
signalfd4 289 74, timerfd_create 283 85, timerfd_settime 286 86,
timerfd_gettime 287 87, socket 41 198, connect 42 203, socketpair 53 199,
sendto 44 206, recvfrom 45 207, sendmsg 46 211, recvmsg 47 212, shutdown 48 210,
getsockname 51 204, getpeername 52 205, getsockopt 55 209, mmap 9 222, munmap 11 215,
mprotect 10 226, mremap 25 216, msync 26 227, madvise 28 233, brk 12 214,
clone 56 220, clone3 435 435, fork 57 -, vfork 58 -, execve 59 221, execveat 322 281,
exit 60 93, exit_group 231 94, wait4 61 260, waitid 247 95, kill 62 129,
tkill 200 130, tgkill 234 131, rt_sigaction 13 134, rt_sigprocmask 14 135,
rt_sigreturn 15 139, rt_sigsuspend 130 133, rt_sigpending 127 136,
rt_sigtimedwait 128 137, sigaltstack 131 132, restart_syscall 219 128, pause 34 -,
alarm 37 -, getitimer 36 102, setitimer 38 103, timer_create 222 107,
timer_settime 223 110, timer_gettime 224 108, timer_getoverrun 225 109,
timer_delete 226 111, getpid 39 172, gettid 186 178, getppid 110 173, getpgrp 111 -,
getpgid 121 155, setpgid 109 154, getsid 124 156, setsid 112 157, getuid 102 174,
geteuid 107 175, getgid 104 176, getegid 108 177, getresuid 118 148,
getresgid 120 150, getgroups 115 158, capget 125 90, futex 202 98,
set_robust_list 273 99, set_tid_address 218 96, rseq 334 293, sched_yield 24 124,
sched_getaffinity 204 123, sched_setaffinity 203 122, sched_getscheduler 145 120,
sched_getparam 143 121, sched_get_priority_max 146 125,
sched_get_priority_min 147 126, getpriority 140 141, setpriority 141 140,
getcpu 309 168, arch_prctl 158 -, prctl 157 167, getrlimit 97 163, prlimit64 302 261,
times 100 153, uname 63 160, getrandom 318 278, nanosleep 35 101,
clock_nanosleep 230 115, clock_gettime 228 113, clock_getres 229 114,
gettimeofday 96 169, time 201 -
"""

NEW_NAMESPACES = 0x7E02_0000
MAP_LOCKED, MAP_HUGETLB = 0x2000, 0x4_0000  # take from what the machine has once
ADVICE = (0, 1, 2, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19)  # on memory, not on files
# What a process is called, whether it may be read, rights that it gives up.
PROCESS_OPTIONS = (2, 3, 4, 15, 16, 23, 29, 30, 36, 37, 38, 39, 41, 42)
TERMINAL = (
    *(0x5401, 0x5402, 0x5403, 0x5404, 0x5409, 0x540B, 0x540E, 0x540F, 0x5410),
    *(0x5411, 0x5413, 0x5414, 0x541B, 0x5421, 0x5422, 0x5429, 0x5441, 0x5450),
    *(0x5451, 0x8004_5430, 0x4004_5431, 0x802C_542A, 0x402C_542B, 0x402C_542C),
    0x402C_542D,
)
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL = 0, 1, 2, 3, 4
F_DUPFD_CLOEXEC, F_GETPIPE_SZ = 1030, 1032
DESCRIPTOR = (F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC)
LOCKS = (6, 7, 37, 38)  # F_SETLK, F_SETLKW and those of open file descriptions
FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET = 0, 1, 9, 10
FUTEX_PRIVATE, FUTEX_OPERATION = 0x80, 0x7F
OF_ANOTHER_PROCESS = 0x8000_0000  # in the number of a clock
SOCKET_TYPE = 0xF

# What fails in a way that programs know better than a call that does not exist.
FAILING = {
    errno.EPERM: ("socket", "connect"),
    errno.ENOTSUP: tuple(
        f"{prefix}{what}"
        for prefix in ("", "l", "f")
        for what in ("getxattr", "setxattr", "listxattr", "removexattr")
    ),
}
# Rights, owners and times of files: Landlock does not cover them. Without a root
# folder of its own, a child could change those of the grader's files.
OF_FILES = (
    *("chmod", "fchmod", "fchmodat", "fchmodat2"),
    *("chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "futimesat", "utimensat"),
)


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)


def _failure(error: int) -> bytes:
    """Return from the filter: the call is not made and fails (0: it succeeds)."""
    return _step(RETURN, ERRNO | error)


def _load(argument: int, half: int = LOW_HALF) -> bytes:
    return _step(LOAD, ARGUMENTS + 8 * argument + half)


def _only(argument: int, values: Iterable[int], error: int) -> bytes:
    """Fail unless an argument has one of these values."""
    wanted = list(values)
    tests = [
        _step(EQUAL, value, len(wanted) - place) for place, value in enumerate(wanted)
    ]
    return _load(argument) + b"".join(tests) + _failure(error)


def _null(argument: int, error: int) -> bytes:
    """Fail unless an argument is a null pointer."""
    halves = [
        _load(argument, half) + _step(EQUAL, 0, 1) + _failure(error)
        for half in (LOW_HALF, HIGH_HALF)
    ]
    return b"".join(halves)


def _without(argument: int, bits: int, error: int) -> bytes:
    """Fail where an argument has any of these bits."""
    return _load(argument) + _step(ANY_BIT, bits, 0, 1) + _failure(error)


def _answer(argument: int, values: Iterable[int], error: int) -> bytes:
    """Answer at once where an argument has one of these values."""
    tests = [_step(EQUAL, value, 0, 1) + _failure(error) for value in values]
    return _load(argument) + b"".join(tests)


def _futex() -> bytes:
    """Let threads of one process wait for each other.

    A futex that is not private can lie in any file that both sides can read. Who
    waits on one looks again and again; nobody is woken or counted.
    """
    return (
        _load(1)
        + _step(ANY_BIT, FUTEX_PRIVATE, 0, 1)
        + _step(RETURN, ALLOW)
        + _step(AND, FUTEX_OPERATION)
        + _step(EQUAL, FUTEX_WAIT, 1)
        + _step(EQUAL, FUTEX_WAIT_BITSET, 0, 1)
        + _failure(errno.EAGAIN)
        + _step(EQUAL, FUTEX_WAKE, 1)
        + _step(EQUAL, FUTEX_WAKE_BITSET, 0, 1)
        + _failure(0)
        + _failure(errno.ENOSYS)
    )


def _socketpair() -> bytes:
    return (
        _only(0, [int(socket.AF_UNIX)], errno.EPERM)
        + _load(1)
        + _step(AND, SOCKET_TYPE)
        + _step(EQUAL, int(socket.SOCK_STREAM), 1)
        + _failure(errno.EPERM)
    )


def _open(argument: int) -> bytes:
    """Refuse to cut a file that is opened for reading: Landlock came to it late."""
    return (
        _load(argument)
        + _step(AND, os.O_TRUNC | os.O_ACCMODE)
        + _step(EQUAL, os.O_TRUNC, 0, 1)
        + _failure(errno.EINVAL)
    )


_own = _only(0, [0], errno.EPERM)  # of this process, not of another
_own_clock = _without(0, OF_ANOTHER_PROCESS, errno.EINVAL)
PARTLY: dict[str, bytes] = {
    "clone": _without(0, NEW_NAMESPACES, errno.EPERM),
    # No filter can read its flags; the C library falls back to `clone`.
    "clone3": _failure(errno.ENOSYS),
    "fcntl": _answer(1, LOCKS, 0) + _only(1, (*DESCRIPTOR, F_GETPIPE_SZ), errno.EINVAL),
    # Nobody else has the files that a child can write: a lock there is always free.
    "flock": _failure(0),
    "futex": _futex(),
    "ioctl": _only(1, TERMINAL, errno.ENOTTY),
    "madvise": _only(2, ADVICE, errno.EINVAL),
    "mmap": _without(3, MAP_LOCKED | MAP_HUGETLB, errno.ENOMEM),
    "open": _open(1),
    "openat": _open(2),
    "prctl": _only(0, PROCESS_OPTIONS, errno.EINVAL),
    "preadv2": _only(5, [0], errno.EOPNOTSUPP),
    "pwritev2": _only(5, [0], errno.EOPNOTSUPP),
    "prlimit64": _own + _null(2, errno.EPERM),
    "socketpair": _socketpair(),
    "wait4": _null(3, errno.EPERM),
    "waitid": _null(4, errno.EPERM),
    **dict.fromkeys(("clock_gettime", "clock_nanosleep", "timer_create"), _own_clock),
    **dict.fromkeys(("getpgid", "getsid"), _own),
    **dict.fromkeys(("getpriority", "setpriority"), _own + _only(1, [0], errno.EPERM)),
    **dict.fromkeys(
        (
            *("sched_getaffinity", "sched_setaffinity"),
            *("sched_getscheduler", "sched_getparam"),
        ),
        _own,
    ),
    **{name: _failure(error) for error, names in FAILING.items() for name in names},
}


def known() -> bool:
    """Say whether the calls of this processor are in the table."""
    return MACHINE in ARCHITECTURES


def numbers(machine: str) -> dict[str, int]:
    """Return the numbers of the calls in the table on a machine, by name."""
    column = 1 + ARCHITECTURES[machine][1]
    rows = [row.split() for row in TABLE.replace("\n", " ").split(",")]
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]


@functools.cache
def program(own_root: bool, truncate: bool = True, machine: str = MACHINE) -> bytes:
    """Return the filter in the kernel's own form, instructions of eight bytes.

    `own_root` says that the child has a root folder of its own, so that all files that
    it can change are its own; `truncate` that something else keeps it from cutting
    other files.
    """
    partly = dict(PARTLY)
    if not own_root:
        partly |= dict.fromkeys(OF_FILES, _failure(0))
    if not truncate:
        partly["truncate"] = _failure(errno.EPERM)
    calls = numbers(machine)
    parts = [
        _step(LOAD, ARCHITECTURE),
        _step(EQUAL, ARCHITECTURES[machine][0], 1),
        _step(RETURN, KILL_PROCESS),
        _step(LOAD, NUMBER),
    ]
    for first, last in _runs(n for name, n in calls.items() if name not in partly):
        parts += [
            _step(AT_LEAST, first, 0, 2),
            _step(ABOVE, last, 1),
            _step(RETURN, ALLOW),
        ]
    for name, rule in partly.items():
        if name in calls:
            body = rule + _step(RETURN, ALLOW)
            parts += [_step(EQUAL, calls[name], 0, len(body) // 8), body]
    parts.append(_failure(errno.ENOSYS))
    return b"".join(parts)


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return first and last of each run of consecutive numbers."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def restrict(own_root: bool, truncate: bool = True) -> None:
    """Put the filter over this process and all that it will start, for good."""
    code = program(own_root, truncate)
    buffer = ctypes.create_string_buffer(code, len(code))
    prog = _Program(length=len(code) // 8, steps=ctypes.addressof(buffer))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(prog))
