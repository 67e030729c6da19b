"""Use up the time of a notebook, to be run a second and a third time."""

STOCK = "it exhausts the machine"
TRIED = False
LOSES = True
FIRST = """
import os, time
for _ in range(2):
    if os.fork() == 0:
        end = time.time() + 40
        while time.time() < end:
            pass
        os._exit(0)
while True:
    try:
        time.sleep(60)
    except BaseException:
        pass
"""


def harm(place):
    """Look how long all runs of the notebook took; one may take 45 seconds."""
    import json

    graded = json.loads(place.graded(place.name).read_text())
    seconds = graded["metadata"]["course"]["seconds"]
    return seconds > 50 and seconds
