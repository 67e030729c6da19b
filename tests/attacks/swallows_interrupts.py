"""Loop forever and swallow every interrupt."""

STOCK = "it exhausts the machine"
TRIED = False
FIRST = """
import time
end = time.time() + 40
while time.time() < end:
    try:
        while time.time() < end:
            time.sleep(0.01)
    except BaseException:
        pass
"""
