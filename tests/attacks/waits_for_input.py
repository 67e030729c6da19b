"""Ask the grader a question and wait for the answer."""

TRIED = False
FIRST = """
answer = input("full marks?")
print("REACHED")
"""
