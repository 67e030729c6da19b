"""Signal the grader, its other kernels and everything else that runs."""

import subprocess

FIRST = """
import os, signal
victim = int(open("victim").read())
# Never a real process of the machine: this one was started for the purpose.
for pid in (victim,):
    try:
        if pid > 1:
            os.kill(pid, signal.SIGTERM)
            print("REACHED", pid)
    except OSError:
        pass
print("TRIED")
"""


def prepare(place):
    """Start a process that stands for everything else."""
    victim = subprocess.Popen(["sleep", "30"])
    place.found["victim"] = victim
    (place.submission / "victim").write_text(str(victim.pid))


def harm(place):
    """Look whether it still runs."""
    victim = place.found["victim"]
    died = victim.poll() is not None
    victim.kill()
    victim.wait()
    return died
