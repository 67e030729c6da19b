"""``python -m autograder serve``: grade what is submitted, as it comes in."""

import logging
import os
import signal
import time
from pathlib import Path
from types import FrameType

import click

from autograder.errors import CourseError
from autograder.nbgrader.course import Course
from autograder.service.server import Server

AGAIN = 10.0  # seconds


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.option("--wait", is_flag=True, help="Begin as soon as the course allows it.")
def serve(folder: Path, wait: bool) -> None:
    """Watch the exchange and a folder; grade, and return feedback, at once.

    Settings are those of c.GradingService in nbgrader_config.py of FOLDER, here by
    default. It may be ended or killed at any point: started again, it does the rest.
    """
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING
    )
    logging.getLogger("autograder.service").setLevel(logging.INFO)
    server = _server(folder, wait)

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


def _server(folder: Path, wait: bool) -> Server:
    """Return the course's service; what forbids it is waited for if that is wanted.

    Whoever starts this whenever it ends, as JupyterHub does, would load all of it
    again and again.
    """
    said = ""
    while True:
        try:
            server = Server(Course(folder))
        except CourseError as problem:
            if not wait:
                raise
            if str(problem) != said:
                said = str(problem)
                click.echo(f"waiting: {said}")
            time.sleep(AGAIN)
        else:
            os.chdir(server.course.root)
            return server
