"""Health and metrics on loopback, from a process of its own.

The service has no thread, since workers are forked from it, and nobody who keeps a
connection open can keep it from grading.
"""

import contextlib
import json
import multiprocessing
import os
import signal
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import connection

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from autograder.errors import CourseError
from autograder.sandbox import syscalls

STALE = 60  # seconds without a word from the service
TIMEOUT = 5
BUCKETS = (0.5, 1, 2, 3, 5, 8, 15, 30, 60, 120, 300, 900, 3600)


class Metrics:
    """What is counted; no name of a learner is in it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        names = ["assignment"]
        self.attempts = Counter(
            "autograder_attempts",
            "Attempts by what became of them.",
            [*names, "state"],
            registry=self.registry,
        )
        self.waiting = Gauge(
            "autograder_waiting", "Attempts that are not done.", registry=self.registry
        )
        self.problems = Counter(
            "autograder_problems",
            "What went wrong on our side and is tried again.",
            registry=self.registry,
        )
        self.seconds = Histogram(
            "autograder_seconds",
            "From a submission's arrival to its page.",
            names,
            buckets=BUCKETS,
            registry=self.registry,
        )

    def text(self) -> str:
        """Return all in Prometheus's text format."""
        return generate_latest(self.registry).decode()


class Monitor:
    """Answers ``/health`` and ``/metrics``.

    It listens on 127.0.0.1.

    Raises
    ------
    CourseError
        If the port is taken.
    """

    def __init__(self, port: int) -> None:
        context = multiprocessing.get_context("fork")
        theirs, self._pipe = context.Pipe(duplex=False)
        try:
            server = _Server(("127.0.0.1", port), _Handler)
        except OSError as problem:
            raise CourseError(
                f"port {port} cannot be used ({problem.strerror}): set "
                "c.GradingService.port"
            ) from None
        self.port = server.server_address[1]
        self._process = context.Process(
            target=_serve, args=(server, theirs, self._pipe, os.getpid()), daemon=True
        )
        self._process.start()
        server.socket.close()
        theirs.close()

    def tell(self, metrics: str, health: dict) -> None:
        """Send what is answered from now on."""
        with contextlib.suppress(OSError):
            self._pipe.send((metrics, health))

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.join(TIMEOUT)
        self._pipe.close()


class _Handler(BaseHTTPRequestHandler):
    timeout = TIMEOUT
    metrics = ""
    health: dict = {}  # noqa: RUF012
    told = 0.0

    def do_GET(self) -> None:
        age = time.monotonic() - self.told
        if self.path == "/metrics":
            self._answer(200, CONTENT_TYPE_LATEST, self.metrics)
        elif self.path == "/health":
            form = {**self.health, "age": round(age, 1)}
            fine = form.get("status") == "ok" and age < STALE
            form["status"] = "ok" if fine else form.get("status", "starting")
            if age >= STALE:
                form["status"] = "stuck"
            self._answer(200 if fine else 503, "application/json", json.dumps(form))
        else:
            self._answer(404, "text/plain", "there are /health and /metrics\n")

    def _answer(self, status: int, kind: str, body: str) -> None:
        raw = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a scrape every few seconds would fill the log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: anybody on this machine can break a connection off."""


def _serve(
    server: ThreadingHTTPServer,
    pipe: connection.Connection,
    other_end: connection.Connection,
    parent: int,
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    other_end.close()
    if syscalls.LINUX:
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            return
    server.timeout = 0
    _Handler.told = time.monotonic()
    while True:
        # What was said before a question is known when it is answered.
        connection.wait([pipe, server.socket])
        try:
            while pipe.poll():
                _Handler.metrics, _Handler.health = pipe.recv()
                _Handler.told = time.monotonic()
        except (EOFError, OSError):
            return
        server.handle_request()
