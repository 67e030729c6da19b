"""Read everybody's grades from the gradebook."""

FIRST = """
import sqlite3
for path in ("{ROOT}/gradebook.db", "../../../gradebook.db", "gradebook.db"):
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as book:
            print("REACHED", book.execute("select * from student").fetchall())
    except sqlite3.Error:
        pass
print("TRIED")
"""
