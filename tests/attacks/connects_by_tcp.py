"""Call a service on this machine by TCP, as a gradebook on a server would be."""

import socket

from tests.attacks.suite import Listeners

STOCK = "it is about the network, which the protection of that run takes away"
FIRST = """
import json, socket
for port in json.load(open("ports.json")):
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0"),
                         (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as attempt:
                attempt.settimeout(1)
                attempt.connect((host, port))
                print("REACHED", host, port)
        except OSError:
            pass
print("TRIED")
"""


def prepare(place):
    """Listen."""
    listener = socket.create_server(("127.0.0.1", 0))
    place.found["listeners"] = Listeners(listener)
    port = listener.getsockname()[1]
    (place.submission / "ports.json").write_text(f"[{port}]")


def harm(place):
    """Ask whether anybody came."""
    return place.found["listeners"].visited()
