"""Ask for what Linux offers beside files: rings, events, counters, handles, traces."""

STOCK = "it is about the rights of a sandbox, which stock nbgrader does not have"
FIRST = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
both = {
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fspick": 433,
    "pidfd_open": 434, "pidfd_getfd": 438, "process_madvise": 440,
    "mount_setattr": 442, "quotactl_fd": 443, "memfd_secret": 447,
    "process_mrelease": 448, "futex_waitv": 449, "cachestat": 451,
    "map_shadow_stack": 453, "statmount": 457, "listmount": 458,
    "lsm_get_self_attr": 459, "setxattrat": 463, "open_tree_attr": 467,
    "file_getattr": 468,
}
own = {
    "x86_64": {
        "perf_event_open": 298, "bpf": 321, "userfaultfd": 323, "ptrace": 101,
        "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312,
        "name_to_handle_at": 303, "open_by_handle_at": 304, "fanotify_init": 300,
        "inotify_init1": 294, "io_setup": 206, "syslog": 103, "sysinfo": 99,
        "quotactl": 179, "acct": 163, "keyctl": 250, "add_key": 248, "mq_open": 240,
        "shmget": 29, "msgget": 68, "semget": 64, "mincore": 27, "mlock": 149,
        "mlockall": 151, "readahead": 187, "fadvise64": 221, "sync": 162,
        "syncfs": 306, "statfs": 137, "fstatfs": 138, "ustat": 136, "getrusage": 98,
        "personality": 135, "membarrier": 324, "setns": 308, "unshare": 272,
        "chroot": 161, "mount": 165, "pivot_root": 155, "reboot": 169,
        "init_module": 175, "kexec_load": 246, "swapon": 167, "settimeofday": 164,
        "clock_settime": 227, "adjtimex": 159, "setpriority": 141, "ioprio_set": 251,
        "memfd_create": 319, "modify_ldt": 154, "iopl": 172, "tee": 276,
        "vmsplice": 278, "splice": 275, "bind": 49, "listen": 50, "accept": 43,
    },
    "aarch64": {
        "perf_event_open": 241, "bpf": 280, "userfaultfd": 282, "ptrace": 117,
        "process_vm_readv": 270, "kcmp": 272, "name_to_handle_at": 264,
        "fanotify_init": 262, "io_setup": 0, "syslog": 116, "sysinfo": 179,
        "keyctl": 219, "mincore": 232, "mlock": 228, "readahead": 213,
        "fadvise64": 223, "sync": 81, "syncfs": 267, "statfs": 43, "fstatfs": 44,
        "getrusage": 165, "setns": 268, "unshare": 97, "memfd_create": 279,
        "bind": 200, "listen": 201, "accept": 202,
    },
}[os.uname().machine]
ENOSYS, EPERM = 38, 1
for name, number in {**both, **own}.items():
    # None of these arguments is valid, so that nothing would be done.
    done = libc.syscall(number, -1, None, -1, None, -1, -1)
    if done >= 0 or ctypes.get_errno() not in (ENOSYS, EPERM):
        print("REACHED:", name, done, ctypes.get_errno())
print("TRIED")
"""
