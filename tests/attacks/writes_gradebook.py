"""Write full marks, and extra credit, into the gradebook."""

FIRST = """
import sqlite3
for path in ("{ROOT}/gradebook.db", "../../../gradebook.db"):
    try:
        with sqlite3.connect(path, timeout=1) as book:
            book.execute("update grade set auto_score = 100, extra_credit = 100")
            print("REACHED", path)
    except sqlite3.Error:
        pass
print("TRIED")
"""
