"""The program ``python -m autograder``; its commands are in `cli`."""

import contextlib
import gc
import sys

from autograder.sandbox.forkserver import ForkServer, NotStarted, data_beside_helpers

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
    forkserver = ForkServer.shared(
        readable=data_beside_helpers(), sandboxed="--unsandboxed" not in arguments
    )
    with contextlib.suppress(NotStarted, OSError):  # it is asked for again, and says
        forkserver.start()


def decline() -> None:
    """Go without an optional check that no notebook's schema asks for.

    jsonschema looks for packages that know more formats; the one for
    internationalised addresses takes a second to build its grammar.
    """
    # None stands for what is not installed; typeshed knows modules only.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


if __name__ == "__main__":
    warm_up(sys.argv[1:])
    decline()
    # What is imported stays: to look for garbage among it, time and again, takes a
    # fifth of what a command takes to start.
    gc.set_threshold(20_000, 20, 20)
    from autograder.cli.main import main

    main(prog_name="python -m autograder")
