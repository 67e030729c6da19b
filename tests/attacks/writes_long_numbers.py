"""Write numbers of five thousand digits into cells, outputs and the file."""

STOCK = "it is about pages that other people open"
LOSES = True
FIRST = """
from IPython.display import display
display({"text/plain": "x", "application/json": 10**4000}, raw=True)
display({"image/png": 10**4000, "text/plain": "x"}, raw=True, metadata={"a": 10**4000})
print("TRIED", 10**4000)
"""
CELLS = {
    "centre": """
        def centre(X):
            return [10**4000, float("inf"), X - X.mean(axis=1, keepdims=True)]
    """,
    "spread": """
        def spread(X, power):
            raise ValueError(10**5000)
    """,
}
HONEST = 0.0
