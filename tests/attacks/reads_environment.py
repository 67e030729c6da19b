"""Read the grader's environment, where tokens and passwords live."""

FIRST = """
import glob, os
text = repr(dict(os.environ))
for path in glob.glob("/proc/*/environ"):
    try:
        text += open(path, errors="replace").read()
    except OSError:
        pass
print("REACHED" if "SECRET_TOKEN" in text else "TRIED", text)
"""
