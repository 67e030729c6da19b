"""Type a command on the instructor's terminal."""

FIRST = """
import fcntl, os, termios
for path in ("/dev/tty",):
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
    except OSError:
        continue
    try:
        fcntl.ioctl(descriptor, termios.TIOCSTI, b" ")
        print("REACHED", path)
    except OSError:
        pass
print("TRIED")
"""
