"""Read command lines, open files and memory of other processes; trace one."""

import subprocess

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
# Only the process that was started for this may be stopped, and it is let go.
victim = int(open("victim").read())
libc = ctypes.CDLL(None)
if libc.ptrace(0x4206, victim, 0, 0) == 0:
    print("REACHED by tracing", victim)
    libc.ptrace(17, victim, 0, 0)
print("TRIED")
"""


def prepare(place):
    """Start a process that stands for everything else."""
    victim = subprocess.Popen(["sleep", "30"])
    place.found["victim"] = victim
    (place.submission / "victim").write_text(str(victim.pid))


def harm(place):
    """End it; what was reached has been printed."""
    victim = place.found["victim"]
    victim.kill()
    victim.wait()
