"""Raise the limits that were set."""

STOCK = "it is about the rights of a sandbox, which stock nbgrader does not have"
FIRST = """
import resource
for name in ("RLIMIT_NPROC", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_DATA",
             "RLIMIT_AS", "RLIMIT_CPU"):
    which = getattr(resource, name)
    soft, hard = resource.getrlimit(which)
    try:
        resource.setrlimit(which, (hard * 2, hard * 2))
        print("REACHED", name, hard)
    except (OSError, ValueError, OverflowError):
        pass
print("TRIED")
"""
