"""Rewrite the output of a check cell from a cell that runs after it."""

FIRST = """
from IPython.display import display
import threading, time
print("TRIED")
shown = display("4.0", display_id="spread-check")
def later():
    for _ in range(60):
        for name in ("spread-check", "centre-check", "answer"):
            try:
                display("4.0", display_id=name)
                display({"text/plain": "100.0"}, raw=True, display_id=name, update=True)
            except Exception:
                pass
        time.sleep(0.05)
threading.Thread(target=later, daemon=True).start()
"""
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "spread": """
        def spread(X, power):
            return np.zeros((len(X), 1)), np.zeros_like(X)
    """,
}
