"""Leave the folder by paths with dots, by a changed directory, by a kept one."""

FIRST = """
import os
start = os.open(".", os.O_RDONLY)
for _ in range(12):
    os.chdir("..")
    for name in ("gradebook.db", "source", "cases", "submitted", "nbgrader_config.py"):
        if os.path.exists(name):
            print("REACHED", os.path.abspath(name))
for up in range(1, 12):
    try:
        os.stat("/".join([".."] * up) + "/gradebook.db", dir_fd=start)
        print("REACHED", up)
    except OSError:
        pass
os.fchdir(start)
print("TRIED")
"""
