"""Look through inherited descriptors for files of the grader's."""

FIRST = """
import os, stat
for descriptor in range(3, 256):
    try:
        kind = os.fstat(descriptor).st_mode
    except OSError:
        continue
    if stat.S_ISDIR(kind) or stat.S_ISREG(kind):
        try:
            name = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            name = str(descriptor)
        if "urandom" not in name and not name.startswith(os.environ["HOME"]):
            print("REACHED", name)
print("TRIED")
"""
