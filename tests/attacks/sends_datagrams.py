"""Send what it knows by UDP, which Landlock alone does not cover."""

import socket

from tests.attacks.suite import Listeners

STOCK = "it is about the network, which the protection of that run takes away"
FIRST = """
import socket
port = int(open("port").read())
try:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attempt:
        attempt.sendto(b"secret", ("127.0.0.1", port))
        print("REACHED")
except OSError:
    pass
print("TRIED")
"""


def prepare(place):
    """Listen."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    place.found["listeners"] = Listeners(listener)
    (place.submission / "port").write_text(str(listener.getsockname()[1]))


def harm(place):
    """Ask whether anything came."""
    return place.found["listeners"].visited()
