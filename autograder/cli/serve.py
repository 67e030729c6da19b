"""``python -m autograder serve``: grade what is submitted, as it comes in."""

import logging
import signal
from pathlib import Path
from types import FrameType

import click

from autograder.nbgrader.course import Course
from autograder.service.server import Server

__all__ = ["serve"]


@click.command()
def serve() -> None:
    """Watch the exchange and a folder; grade, and return feedback, at once.

    Settings are those of c.GradingService in nbgrader_config.py. It may be ended
    or killed at any point: started again, it does the rest.
    """
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING
    )
    logging.getLogger("autograder.service").setLevel(logging.INFO)
    server = Server(Course(Path.cwd()))

    def stop(number: int, frame: FrameType | None) -> None:
        server.stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    places = ", ".join(str(inbox.path) for inbox in server.inboxes)
    port = server.monitor.port if server.monitor else None
    click.echo(f"watching {places}")
    if port:
        click.echo(f"health and metrics: http://127.0.0.1:{port}/health and /metrics")
    try:
        server.run()
    finally:
        server.close()
