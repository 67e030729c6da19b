"""Call a local service by a named or a nameless Unix socket."""

import os
import socket
from pathlib import Path

from tests.attacks.suite import Listeners

STOCK = "it is about the network, which the protection of that run takes away"
FIRST = """
import socket
for address in open("addresses").read().splitlines():
    address = address.replace("@", chr(0))
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_UNIX, kind) as attempt:
                attempt.connect(address)
                print("REACHED", repr(address))
        except OSError:
            pass
    try:
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        here.sendto(b"hello", address)
        print("REACHED by a pair", repr(address))
    except OSError:
        pass
print("TRIED")
"""


def prepare(place):
    """Listen."""
    named = Path("/tmp") / f"attacked-{os.getpid()}-{place.engine}"
    listeners = []
    for address in (str(named), f"\0attacked-{os.getpid()}-{place.engine}"):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(address)
        listener.listen()
        listeners.append(listener)
    place.found["listeners"] = Listeners(*listeners)
    place.found["named"] = named
    text = f"{named}\n@attacked-{os.getpid()}-{place.engine}\n"
    (place.submission / "addresses").write_text(text)


def harm(place):
    """Ask whether anybody came."""
    place.found["named"].unlink()
    return place.found["listeners"].visited()
