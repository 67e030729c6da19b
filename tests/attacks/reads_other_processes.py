"""Read command lines, open files and memory of the grader's processes."""

FIRST = """
import ctypes, os
me = str(os.getpid())
try:
    pids = [p for p in os.listdir("/proc") if p.isdigit() and p != me]
except OSError:
    pids = [str(os.getppid())]
for pid in pids:
    for name in ("cmdline", "environ", "maps", "fd/0", "root", "cwd"):
        try:
            path = f"/proc/{pid}/{name}"
            read = os.readlink if name in ("root", "cwd") else open
            print("REACHED", path, read(path))
        except OSError:
            pass
    if int(pid) and ctypes.CDLL(None).ptrace(16, int(pid), 0, 0) == 0:
        print("REACHED by tracing", pid)
print("TRIED")
"""
