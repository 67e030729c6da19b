"""Read counters of the whole machine, which another learner can move on purpose."""

STOCK = "it is about the rights of a sandbox, which stock nbgrader does not have"
FIRST = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
if libc.sysinfo((ctypes.c_char * 512)()) == 0:
    print("REACHED: free memory and load")
for path in ("/", os.path.dirname(os.__file__), "."):
    try:
        os.statvfs(path)
        print("REACHED: free blocks of", path)
    except OSError:
        pass
for name in ("meminfo", "loadavg", "stat", "vmstat", "locks", "sysvipc/shm", "uptime",
             "sys/fs/file-nr", "self/stat", "self/io", "self/smaps_rollup", "keys",
             "key-users", "self/mountinfo", "self/mounts", "mounts", "self/maps",
             "interrupts", "diskstats", "pressure/cpu", "sys/kernel/random/uuid"):
    try:
        with open("/proc/" + name) as file:
            file.read(10)
        print("REACHED: /proc/" + name)
    except OSError:
        pass
try:
    os.listdir("/sys")
    print("REACHED: /sys")
except OSError:
    pass
for call in (os.getpgid, os.getsid, os.sched_getaffinity, os.sched_getscheduler):
    try:
        call(os.getppid() or 1)
        print("REACHED: an attribute of another process", call)
    except OSError:
        pass
try:
    os.getpriority(os.PRIO_USER, 0)
    print("REACHED: the priority of all processes of a user")
except OSError:
    pass
import resource
try:
    limits = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (1, limits[1]))
    resource.setrlimit(resource.RLIMIT_NPROC, limits)
    print("REACHED: a limit by which to count a user's processes")
except (OSError, ValueError):
    pass
print("TRIED")
"""
