"""Signal what started the kernel, and a process that stands for all others."""

import subprocess

STOCK = "it signals, traces or crashes processes"
FIRST = """
import os, signal
victim = int(open("victim").read())
for pid, number in ((victim, signal.SIGTERM), (os.getppid(), 0)):
    try:
        if pid > 1:
            os.kill(pid, number)
            print("REACHED", pid)
    except OSError:
        pass
print("TRIED")
"""


def prepare(place):
    """Start that process."""
    victim = subprocess.Popen(["sleep", "300"])
    place.found["victim"] = victim
    (place.submission / "victim").write_text(str(victim.pid))


def harm(place):
    """Look whether it still runs."""
    victim = place.found["victim"]
    died = victim.poll() is not None
    victim.kill()
    victim.wait()
    return died
