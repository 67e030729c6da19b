"""Small JSON messages over a stream socket, with descriptors attached."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

LARGEST = 1024 * 1024
MOST_DESCRIPTORS = 16


@dataclass(frozen=True)
class Preparation:
    """What a fork server imports, and what its children may do."""

    # Modules imported beforehand; ``"package.*"`` means all of it, and that children
    # may read its folder.
    preload: tuple[str, ...]
    readable: tuple[str, ...] = ()  # further files and folders that children may read
    sandboxed: bool = True  # False lets children do whatever the user may
    namespaces: bool = True  # whether to use them, where they are allowed
    landlock: bool = True  # whether to use it, where it is there


class Request(TypedDict):
    """One child that a fork server is asked for.

    ``target`` is ``"module:function"``, which gets ``arguments``. With ``submission``
    the first open descriptor is a folder, whose files are copied to where the child
    works. Nothing in it is a learner's: the fork server's memory is every child's.
    """

    target: str
    arguments: dict
    submission: bool
    limits: dict


class Closed(ConnectionError):
    """The other side has closed the connection."""


def send(
    connection: socket.socket, message: Mapping, descriptors: Sequence[int] = ()
) -> None:
    """Send one message."""
    body = json.dumps(message).encode()
    if len(body) > LARGEST:
        raise ValueError(f"a message of {len(body)} bytes is too large")
    head = len(body).to_bytes(4, "big")
    if descriptors:
        socket.send_fds(connection, [head], list(descriptors))
    else:
        connection.sendall(head)
    connection.sendall(body)


def receive(connection: socket.socket) -> tuple[dict, list[int]]:
    """Wait for one message; return it with the descriptors that came along.

    Raises
    ------
    Closed
        When the connection ends or what comes is not a message.
    """
    head, descriptors, _, _ = socket.recv_fds(connection, 4, MOST_DESCRIPTORS)
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    try:
        head += _exactly(connection, 4 - len(head))
        length = int.from_bytes(head, "big")
        if length > LARGEST:
            raise Closed("an oversized message")
        return json.loads(_exactly(connection, length)), descriptors
    except BaseException:
        for descriptor in descriptors:
            os.close(descriptor)
        raise


def _exactly(connection: socket.socket, count: int) -> bytes:
    parts = []
    while count:
        part = connection.recv(min(count, 65536))
        if not part:
            raise Closed("the connection has ended")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
