"""Change cells before they run and results before they are shown, by hooks."""

FIRST = """
import sys
ip = get_ipython()
print("TRIED")
ip.events.register("pre_run_cell", lambda info: None)
ip.events.register("post_run_cell", lambda result: print("4.0"))
ip.input_transformers_post.append(
    lambda lines: ["pass"] if any(
        "check(" in line or "assert_" in line for line in lines) else lines)
sys.displayhook = lambda value: print("4.0")
ip.ast_node_interactivity = "all"
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
