"""Run programs that change the user when they start."""

STOCK = "it is about the rights of a sandbox, which stock nbgrader does not have"
FIRST = """
import os, subprocess
for command in (["su", "-c", "id"], ["sudo", "-n", "id"], ["passwd", "-S"],
                ["mount"], ["newgrp", "root"]):
    try:
        run = subprocess.run(command, capture_output=True, timeout=3, text=True,
                             stdin=subprocess.DEVNULL)
        if "uid=0(root)" in run.stdout and os.getuid():
            print("REACHED", command, run.stdout)
    except (OSError, subprocess.SubprocessError):
        pass
print("TRIED")
"""
