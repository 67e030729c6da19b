"""Show metadata, data and texts of every wrong type, so that a page fails."""

STOCK = "it is about pages that other people open"
FIRST = """
connection = get_ipython().display_pub.session.connection
odd = [None, 5, 10**400, [], {}, "text", ["text", 5], {"a": {"b": []}}, True]
def publish(kind, content):
    connection.send({"shown": kind, "content": content})
for value in odd:
    for kind in ("display_data", "execute_result", "update_display_data"):
        for key in ("text/html", "image/png", "text/plain", "filenames", "a" * 999):
            publish(kind, {"data": {key: value}, "metadata": {key: value}})
            publish(kind, {"data": {"text/plain": "x"}, "metadata": {key: value}})
        publish(kind, {"data": value, "metadata": value, "transient": value})
    publish("stream", {"name": value, "text": value})
    publish("error", {"ename": value, "evalue": value, "traceback": value})
    publish("clear_output", {"wait": value})
    publish(value, value)
print("TRIED")
"""


def harm(place):
    """Look whether the feedback is there."""
    pages = list((place.root / "feedback" / place.name).rglob("*.html"))
    return not pages
