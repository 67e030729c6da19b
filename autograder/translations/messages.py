"""What is translated: messages, and how documents are rewritten by them.

Each kind of document is walked by one function, which hands every message to a
callable and puts what that returns in its place. Collecting messages and building
an edition are the same walk with another callable.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """A text to translate."""

    text: str
    context: str = ""  # id of its cell, key of its string, or function of its hint
    # ``markdown``, ``docstring``, ``comment``, ``string``, ``template`` (an f-string or
    # what ``str.format`` fills) or ``hint``.
    kind: str = "markdown"


Translate = Callable[[Message], str]


class Collector:
    """Notes the messages of a walk, each once, and leaves texts as they are."""

    def __init__(self) -> None:
        self.messages: dict[Message, None] = {}

    def __call__(self, message: Message) -> str:
        self.messages.setdefault(message)
        return message.text
