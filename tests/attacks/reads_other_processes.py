"""Read command line, open files and memory of another process, and trace it."""

import subprocess

STOCK = "it signals, traces or crashes processes"
FIRST = """
import ctypes, os
victim = int(open("victim").read())
for name in ("cmdline", "environ", "maps", "mem", "fd", "root", "cwd"):
    path = f"/proc/{victim}/{name}"
    try:
        if name in ("root", "cwd"):
            print("REACHED", path, os.readlink(path))
        elif name == "fd":
            print("REACHED", path, os.listdir(path))
        else:
            with open(path, "rb") as file:
                print("REACHED", path, name == "mem" or file.read(64))
    except OSError:
        pass
libc = ctypes.CDLL(None)
if libc.ptrace(0x4206, victim, 0, 0) == 0:
    print("REACHED by tracing")
    libc.ptrace(17, victim, 0, 0)
print("TRIED")
"""


def prepare(place):
    """Start the process; PTRACE_SEIZE, which the cell uses, does not stop it."""
    victim = subprocess.Popen(["sleep", "300"])
    place.found["victim"] = victim
    (place.submission / "victim").write_text(str(victim.pid))


def harm(place):
    """End the process."""
    place.found["victim"].kill()
    place.found["victim"].wait()
