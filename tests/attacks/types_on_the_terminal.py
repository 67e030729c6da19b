"""Type a command on the instructor's terminal."""

import os

STOCK = "it signals, traces or crashes processes"
FIRST = """
import fcntl, os, termios
for path in ("/dev/tty", open("terminal").read()):
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
    except OSError:
        continue
    try:
        if path != "/dev/tty":
            print("REACHED", path)
        fcntl.ioctl(descriptor, termios.TIOCSTI, b" ")
        print("REACHED by typing", path)
    except OSError:
        pass
print("TRIED")
"""


def prepare(place):
    """Open a terminal that stands for the instructor's."""
    place.found["terminal"] = os.openpty()
    name = os.ttyname(place.found["terminal"][1])
    (place.submission / "terminal").write_text(name)


def harm(place):
    """Close it."""
    for descriptor in place.found["terminal"]:
        os.close(descriptor)
