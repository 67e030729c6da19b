"""Leave processes behind that keep the processors busy."""

from tests.attacks.suite import running

STOCK = "it exhausts the machine"
FIRST = """
import subprocess, sys
code = "import time; end = time.time() + 20  # burns-3381"
code += chr(10) + "while time.time() < end: pass"
for _ in range(3):
    subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
print("TRIED")
"""


def harm(place):
    """Look for them."""
    return running("burns-3381")
