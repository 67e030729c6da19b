"""Leave start-up files and caches that a later kernel would load."""

from tests.attacks.suite import running

FIRST = """
import os
home = os.path.expanduser("~")
for path in (home + "/.ipython/profile_default/startup/00.py", home + "/.pythonrc.py",
             home + "/.local/lib/python3.11/site-packages/usercustomize.py",
             home + "/.matplotlib/matplotlibrc"):
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "w").write("import os; os.execlp('sleep', 'sleep', '9.8217')")
    except OSError:
        pass
print("TRIED")
"""


def harm(place):
    """Look for the process that a poisoned kernel would become."""
    return running("9.8217")
