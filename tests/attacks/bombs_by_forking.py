"""Fork until nothing else can run."""

STOCK = "it exhausts the machine"
FIRST = """
import os, time
children = []
try:
    for _ in range(200):
        pid = os.fork()
        if pid == 0:
            time.sleep(4)
            os._exit(0)
        children.append(pid)
    print("REACHED", len(children))
except OSError:
    pass
for pid in children:
    os.kill(pid, 9)
    os.waitpid(pid, 0)
print("TRIED")
"""
