"""The solution in a sandboxed process of its own, which answers for stand-ins.

It runs the cells of the solution once. Then it serves one submission after the
other, each by a fork that ends with it: nothing that came from one submission is
there for the next. Whatever is asked was written by a learner.
"""

import copy
import os
import signal
import socket
from typing import Any

import numpy as np

from autograder.forks import Line
from autograder.protocol import CallForm, ReturnForm
from helpers.checks.calls import time_limit, unchanged
from helpers.checks.values import decode, encode, plain, resolve


def serve(descriptors: list[int]) -> int:
    """Run the solution and answer for it until the connection ends.

    The one descriptor is its socket. Frames in: the cells; then ``"begin"`` for each
    submission, CallForms with ``seconds``, and ``"end"``. Frames out: "ready" or what
    went wrong; for each call a ReturnForm; "ended".
    """
    from autograder.authoring.recorder import Recorder, prepare, run_source

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line = Line(socket.socket(fileno=descriptors[0]))
    cells = [
        {"id": cell, "parts": [(False, text)]}
        for cell, text in line.wait()
        if text.strip()
    ]
    namespace = prepare()
    for cell in cells:
        try:
            run_source({"cells": [cell]}, Recorder([]), namespace)
        except Exception as error:
            # What lies beside the notebook is not here; a function that needs it
            # refuses to answer.
            if not isinstance(error.__cause__, ImportError | FileNotFoundError):
                line.send(str(error))
                return 1
    line.send("ready")
    while line.wait() == "begin":
        pid = os.fork()
        if pid == 0:
            try:
                while (form := line.wait()) != "end":
                    line.send(answer(namespace, form["call"], form["seconds"]))
            finally:
                os._exit(0)
        line.forget()
        os.waitpid(pid, 0)
        line.send("ended")
    return 0


def answer(namespace: dict[str, object], form: CallForm, seconds: float) -> ReturnForm:
    """Call a function of the solution as a learner's function has called it.

    Nothing where it fails, takes longer than `seconds`, or is a function that may not
    be called.
    """
    seed = np.random.seed
    try:
        given = (
            [resolve(decode(value, inputs=True)) for value in form["args"]],
            {k: resolve(decode(v, inputs=True)) for k, v in form["kwargs"].items()},
        )
        keys, *rest = form["state"]
        state: Any = ("MT19937", decode(keys), *rest)
        args, kwargs = copy.deepcopy(given)
        called: Any = namespace[form["function"]]
        np.random.set_state(state)
        if not form["seeding"]:
            np.random.seed = lambda seed=None: None
        with time_limit(seconds):
            value = called(*args, **kwargs)
        told: ReturnForm = {"value": encode(plain(value), compact=True)}
        if not unchanged(given[0], args):
            told["args"] = [encode(plain(v, inputs=True), compact=True) for v in args]
        if not unchanged(given[1], kwargs):
            told["kwargs"] = {
                k: encode(plain(v, inputs=True), compact=True)
                for k, v in kwargs.items()
            }
        after: Any = np.random.get_state()
        if after[2:] != state[2:] or (after[1] != state[1]).any():
            told["state"] = [encode(after[1], compact=True), *after[2:]]
        return told
    except BaseException as error:  # a solution may raise anything, and take long
        return {"refused": type(error).__name__}
    finally:
        np.random.seed = seed
