"""Leave memory, messages, semaphores and keys that another learner finds by number."""

STOCK = "it is about the rights of a sandbox, which stock nbgrader does not have"
FIRST = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
KEY, MAKE, REMOVE = 0x6E6E0016, 0o1666, 0
memory = libc.shmget(KEY, 4096, MAKE)
if memory >= 0:
    print("REACHED: memory")
    libc.shmctl(memory, REMOVE, None)
messages = libc.msgget(KEY, MAKE)
if messages >= 0:
    print("REACHED: messages")
    libc.msgctl(messages, REMOVE, None)
semaphores = libc.semget(KEY, 1, MAKE)
if semaphores >= 0:
    print("REACHED: semaphores")
    libc.semctl(semaphores, 0, REMOVE)
try:
    queues = ctypes.CDLL("librt.so.1", use_errno=True)
except OSError:
    queues = libc
queue = queues.mq_open(b"/nn-attack-16", os.O_CREAT | os.O_RDWR, 0o666, None)
if queue >= 0:
    print("REACHED: a queue")
    queues.mq_unlink(b"/nn-attack-16")
add_key = {"x86_64": 248, "aarch64": 217}[os.uname().machine]
unlink, process_ring = 9, -2
key = libc.syscall(add_key, b"user", b"nn-16", b"x", 1, process_ring)
if key >= 0:
    print("REACHED: a key")
    libc.syscall(add_key + 2, unlink, key, process_ring)
numbers = {
    "io_uring_setup": 425, "memfd_secret": 447, "pidfd_open": 434,
    "pidfd_getfd": 438, "landlock_create_ruleset": 444, "quotactl_fd": 443,
    "futex_waitv": 449, "futex_wake": 454, "mseal": 462,
}
for name, number in numbers.items():
    if libc.syscall(number, -1, None, 0, 0, 0, 0) >= 0 or ctypes.get_errno() != 38:
        print("REACHED:", name)
for name in ("memfd_create", "inotify_init1", "fanotify_init", "userfaultfd"):
    call = getattr(libc, name, None)
    if call is not None and call(0, 0) >= 0:
        print("REACHED:", name)
print("TRIED")
"""
