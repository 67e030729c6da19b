"""Read the instructor's home folder and the machine's accounts."""

FIRST = """
import os
for path in ("{ROOT}/home/notes.txt", "/etc/passwd", "/etc/shadow", "{HOME}/.bashrc",
             "{HOME}/.ssh/id_ed25519", "{HOME}/.netrc", "{HOME}/.gitconfig"):
    try:
        print("REACHED", path, len(open(path).read()))
    except OSError:
        pass
print("TRIED", os.path.expanduser("~"))
"""
