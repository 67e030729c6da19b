"""The program ``python -m autograder``; its commands are in `cli`."""

import atexit
import contextlib
import gc
import sys

from autograder.sandbox.forkserver import (
    PRELOAD,
    ForkServer,
    NotStarted,
    data_beside_helpers,
)
from autograder.sandbox.messages import Preparation

OTHERWISE = ("--help", "--scheduler")


def warm_up(arguments: list[str]) -> None:
    """Start the fork server where these arguments will ask for it.

    It and what this process imports for grading take more than a second each:
    side by side, the first submission waits a second less. Whoever grades asks for
    the shared forkserver, and finds this one unless the course sets it up otherwise.
    """
    if arguments[:1] != ["grade"]:
        return
    if any(argument.startswith(OTHERWISE) for argument in arguments):
        return
    sandboxed = "--unsandboxed" not in arguments
    forkserver = ForkServer.shared(
        Preparation(PRELOAD, data_beside_helpers(), sandboxed)
    )
    with contextlib.suppress(NotStarted, OSError):  # it is asked for again, and says
        forkserver.start()


if __name__ == "__main__":
    # What is imported stays: to look for garbage among it, time and again and at the
    # end, takes a third of what a command takes to start. `main` looks from then on.
    gc.disable()
    atexit.register(gc.freeze)
    warm_up(sys.argv[1:])
    from autograder.cli.main import main

    main(prog_name="python -m autograder")
