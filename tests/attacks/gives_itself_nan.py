"""Give NaN as partial credit, which is neither less nor more than full marks."""

FIRST = """
print("TRIED")
get_ipython().input_transformers_post.append(
    lambda lines: ["float('nan')"] if any(
        "check(" in line or "assert_" in line for line in lines) else lines)
"""
