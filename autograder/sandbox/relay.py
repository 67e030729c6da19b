"""Carries a child's messages to whoever waits outside, and counts them.

The child gets listening sockets without a name that it could reach; outside
there are sockets in a private folder. Whatever is written on one side is
written on the other, unread. A child that talks more than it may is stopped
by whoever asks `Relay.carried`.
"""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections.abc import Callable

PIECE = 65536
FULL = 4 * PIECE
BACKLOG = 16


class Relay:
    """Pairs of sockets between a folder outside and a child.

    Parameters
    ----------
    folder : where the sockets are made; `address` and a number name them.
    channels : how many a child listens on, numbered from 1.
    selector : the event loop's, to which the relay adds its own.
    """

    def __init__(
        self, folder: str, channels: int, selector: selectors.BaseSelector
    ) -> None:
        self.carried = 0
        self.inner: list[socket.socket] = []
        self._selector = selector
        self._streams: set[_Stream] = set()
        self._outer: list[socket.socket] = []
        for channel in range(1, channels + 1):
            outside = _listen(os.path.join(folder, f"s-{channel}"))
            behind = os.path.join(folder, f"i-{channel}")
            self.inner.append(_listen(behind))
            self._outer.append(outside)
            selector.register(
                outside,
                selectors.EVENT_READ,
                lambda _, listener=outside, path=behind: self._connect(listener, path),
            )

    def close_inner(self) -> None:
        """Forget the child's listening sockets, once it has them."""
        for listener in self.inner:
            listener.close()

    def finish(self, seconds: float) -> None:
        """Deliver what the child said last, for at most `seconds`."""
        for listener in self._outer:
            self._selector.unregister(listener)
            listener.close()
        end = time.monotonic() + seconds
        while self._streams and (left := end - time.monotonic()) > 0:
            ready = self._selector.select(left)
            for key, mask in ready:
                key.data(mask)
        for stream in list(self._streams):
            stream.close()

    def _connect(self, listener: socket.socket, path: str) -> None:
        try:
            outside, _ = listener.accept()
        except OSError:
            return
        inside = socket.socket(socket.AF_UNIX)
        try:
            inside.connect(path)
        except OSError:  # the child has ended
            inside.close()
            outside.close()
            return
        here = _Stream(inside, self._selector, self._streams, self._count)
        there = _Stream(outside, self._selector, self._streams, lambda _: None)
        here.other, there.other = there, here

    def _count(self, amount: int) -> None:
        self.carried += amount


class _Stream:
    """One end of a connection: reads into the other end's buffer."""

    other: _Stream

    def __init__(
        self,
        connection: socket.socket,
        selector: selectors.BaseSelector,
        streams: set[_Stream],
        count: Callable[[int], None],
    ) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._selector = selector
        self._streams = streams
        self._count = count
        self._waiting = bytearray()  # what the other end has read
        self._ended = False
        self._interest = selectors.EVENT_READ
        selector.register(connection, self._interest, self)
        streams.add(self)

    def __call__(self, mask: int) -> None:
        if self not in self._streams:
            return
        if mask & selectors.EVENT_WRITE:
            self._write()
        if mask & selectors.EVENT_READ and self in self._streams:
            self._read()

    def _read(self) -> None:
        try:
            piece = self._connection.recv(PIECE)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        other = self.other
        if piece:
            self._count(len(piece))
            other._waiting += piece
        else:
            self._ended = True
        if other in self._streams:
            other._write()
        if self._ended and not other._waiting:
            self.close()
        else:
            self._look()

    def _write(self) -> None:
        if self._waiting:
            try:
                sent = self._connection.send(self._waiting)
            except BlockingIOError:
                sent = 0
            except OSError:
                self.close()
                return
            del self._waiting[:sent]
        if not self._waiting and self.other._ended:
            self.close()
            return
        self._look()
        self.other._look()

    def _look(self) -> None:
        """Ask for the events that there is something to do for."""
        if self not in self._streams:
            return
        interest = 0
        if not self._ended and len(self.other._waiting) < FULL:
            interest |= selectors.EVENT_READ
        if self._waiting:
            interest |= selectors.EVENT_WRITE
        if interest == self._interest:
            return
        if not self._interest:
            self._selector.register(self._connection, interest, self)
        elif not interest:
            self._selector.unregister(self._connection)
        else:
            self._selector.modify(self._connection, interest, self)
        self._interest = interest

    def close(self) -> None:
        """Close both ends."""
        for end in (self, self.other):
            if end in self._streams:
                self._streams.discard(end)
                if end._interest:
                    self._selector.unregister(end._connection)
                end._connection.close()


def _listen(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener
