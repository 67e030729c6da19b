"""Running a source notebook once and recording its cases, in a process of its own.

``python -m autograder.authoring.recorder REQUEST ANSWER`` reads what to run and
writes what was recorded; ``autograder.authoring.recording`` starts it.
"""

import ast
import json
import linecache
import os
import sys
import time
import types
import warnings
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from autograder.driving import compact, drive
from autograder.forks import stream
from helpers.checks.calls import Outcome, call
from helpers.checks.cases import outcome_form, outcome_from
from helpers.checks.values import Unsupported, decode, encode, plain, size_of

MAX_CASE = 256_000


class Refused(Exception):
    """A source that cannot be recorded; the message is one plain sentence."""


class Recorder:
    """Stands in the place of ``check`` while the source runs.

    Parameters
    ----------
    names : list of str
        The graded functions.
    """

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.cases: list[dict] = []
        self.frozen_values: dict[str, object] = {}
        self.visible_frozen: set[str] = set()
        self.namespace: dict[str, object] = {}
        self.cell = ""
        self.hidden = False

    def __call__(
        self, function: Callable, /, *args: object, rng: int | None = None, **kwargs
    ) -> None:
        """Record the inputs of a case."""
        name = self._name_of(function)
        where = f"cell {self.cell}: check({name}, ...)"
        try:
            given = [
                plain(v, f"input {i + 1}", inputs=True) for i, v in enumerate(args)
            ]
            named = {key: plain(v, key, inputs=True) for key, v in kwargs.items()}
        except Unsupported as error:
            raise Refused(f"{where}: {error}") from None
        size = size_of(given) + size_of(named)
        if size > MAX_CASE:
            raise Refused(
                f"{where}: this case has {size / 1000:.0f} kB of inputs, more than "
                f"{MAX_CASE // 1000} kB; take a sample(...) of a data set instead"
            )
        form = {
            "function": name,
            "args": [encode(value) for value in given],
            "kwargs": {key: encode(value) for key, value in named.items()},
            "rng": rng,
            "cell": self.cell,
            "hidden": self.hidden,
        }
        for other in self.cases:
            if all(other[k] == form[k] for k in ("function", "args", "kwargs", "rng")):
                raise Refused(f"{where}: the same inputs stand in cell {other['cell']}")
        self.cases.append(form)

    def frozen(self, name: str, make: Callable[[], object]) -> object:
        """Compute a value with the solution and remember it."""
        if name not in self.frozen_values:
            # What draws random numbers must freeze the same value every time.
            state = np.random.get_state()
            np.random.seed(zlib.crc32(name.encode()))
            try:
                value = plain(make(), f"frozen {name!r}", inputs=True)
                self.frozen_values[name] = value
            except Unsupported as error:
                raise Refused(f"cell {self.cell}: {error}") from None
            finally:
                np.random.set_state(state)
        if not self.hidden:
            self.visible_frozen.add(name)
        return plain(self.frozen_values[name], name, inputs=True)

    def progress(self) -> None:
        """Do nothing: the table is for learners."""

    def _name_of(self, function: Callable) -> str:
        for name in self.names:
            if self.namespace.get(name) is function:
                return name
        shown = getattr(function, "__name__", repr(function))
        raise Refused(
            f"cell {self.cell}: check is called with {shown}, which no solution cell "
            "defines"
        )


def execute(source: str, cell: str, namespace: dict[str, object]) -> None:
    """Run a cell's text in a namespace, at hand for explanations of exceptions."""
    name = f"<{cell}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    code = compile(ast.parse(source), name, "exec")
    exec(code, namespace)


def prepare() -> dict[str, object]:
    """Return the namespace in which a notebook runs, as in a kernel."""
    import matplotlib

    matplotlib.use("Agg")
    warnings.filterwarnings("ignore")
    # What a notebook defines lives in __main__, as in a kernel.
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    return module.__dict__


def run_source(request: dict, recorder: Recorder, namespace: dict) -> None:
    """Run the cells of a notebook; check cells part by part."""
    recorder.namespace = namespace
    for cell in request["cells"]:
        recorder.cell = cell["id"]
        for hidden, text in cell["parts"]:
            recorder.hidden = hidden
            if "check" in namespace:
                namespace["check"] = recorder
            if "frozen" in namespace:
                namespace["frozen"] = recorder.frozen
            try:
                execute(text, cell["id"], namespace)
            except Refused:
                raise
            except BaseException as error:
                kind = type(error).__name__
                raise Refused(
                    f"cell {cell['id']} stopped with {kind}: {error}"
                ) from error


def outcomes(
    cases: list[dict], functions: dict[str, dict], namespace: dict, seconds: float
) -> list[Outcome]:
    """Call the functions of some cases in a forked child."""

    def work(begin: int) -> Iterable[object]:
        for form in cases[begin:]:
            function = namespace.get(form["function"])
            outcome = call(
                function,
                [decode(value, inputs=True) for value in form["args"]],
                {k: decode(v, inputs=True) for k, v in form["kwargs"].items()},
                rng=form["rng"],
                seconds=seconds,
                names=functions[form["function"]]["parameters"],
                contract=functions[form["function"]]["contract"],
                callees=functions[form["function"]]["calls"],
            )
            yield compact(outcome)

    found = []
    for frame, reason in stream(work, [len(cases)], seconds + 5):
        if frame is None:
            found.append(Outcome(error="TimeLimit", message=reason))
        else:
            found.append(outcome_from(frame))
    return found


def altered(
    changes: list[tuple[str, str]],
    cases: list[dict],
    functions: dict[str, dict],
    namespace: dict,
    seconds: float,
) -> list[Outcome]:
    """Call functions after some cells were replaced, leaving no trace."""

    def failing(error: BaseException) -> Callable:
        def function(*args: object, **kwargs: object) -> None:
            raise error

        return function

    saved = dict(namespace)
    try:
        for text, cell in changes:
            try:
                execute(text, cell, namespace)
            except Exception as error:
                for form in cases:
                    namespace[form["function"]] = failing(error)
        return outcomes(cases, functions, namespace, seconds)
    finally:
        namespace.clear()
        namespace.update(saved)


def record(request: dict) -> dict:
    """Record a notebook.

    Parameters
    ----------
    request : dict
        ``cells`` (id and parts), ``functions`` (parameters, calls, cell, solution,
        stub, entries) and ``seconds``.

    Returns
    -------
    dict
        Cases with their outcomes, frozen values and times.
    """
    begun = time.monotonic()
    namespace = prepare()
    functions = request["functions"]
    recorder = Recorder(list(functions))
    run_source(request, recorder, namespace)
    executed = time.monotonic()
    cases = recorder.cases
    seconds = request["seconds"]
    found = [{} for _ in cases]

    def keep(indices: list[int], got: list[Outcome], *path: str) -> None:
        for i, outcome in zip(indices, got):
            target = found[i]
            for key in path[:-1]:
                target = target.setdefault(key, {})
            target[path[-1]] = outcome_form(outcome)

    everything = list(range(len(cases)))
    keep(everything, outcomes(cases, functions, namespace, seconds), "expected")
    for name, function in functions.items():
        own = [i for i in everything if cases[i]["function"] == name]
        others = [
            i for i in everything if name in functions[cases[i]["function"]]["calls"]
        ]
        cell = function["cell"]
        stubbed = [(function["stub"], cell)]
        keep(
            own,
            altered(stubbed, [cases[i] for i in own], functions, namespace, seconds),
            "stub",
        )
        for entry, text in function["entries"].items():
            got = altered(
                [(text, cell)],
                [cases[i] for i in own + others],
                functions,
                namespace,
                request["entry_seconds"],
            )
            keep(own, got[: len(own)], "entries", entry)
            keep(others, got[len(own) :], "under", f"{name}/{entry}")
    return {
        "cases": [case | {"outcomes": outcome} for case, outcome in zip(cases, found)],
        "frozen": {
            name: encode(recorder.frozen_values[name])
            for name in recorder.frozen_values
            if name in recorder.visible_frozen
        },
        "seconds": {
            "source": executed - begun,
            "outcomes": time.monotonic() - executed,
        },
    }


class _Presented(Recorder):
    """Stands in the place of ``check`` while a release runs: notes the inputs."""

    def frozen(self, name: str, make: Callable[[], object]) -> object:
        if name not in self.frozen_values:
            raise Refused(f"cell {self.cell} asks for frozen {name!r}, never recorded")
        return plain(self.frozen_values[name], name, inputs=True)

    def _name_of(self, function: Callable) -> str:
        for name in self.names:
            if self.namespace.get(name) is function:
                return name
        return "?"


def present(request: dict) -> dict:
    """Run a release and drive its functions as grading does.

    Parameters
    ----------
    request : dict
        ``cells``, ``functions`` with their recorded cases, ``frozen``,
        ``seconds``.

    Returns
    -------
    dict
        ``answers`` of the driver, ``presented`` inputs of the check cells, and
        ``errors`` of other cells by id.
    """
    namespace = prepare()
    presented = _Presented(list(request["functions"]))
    presented.namespace = namespace
    presented.frozen_values = {
        name: decode(form, inputs=True) for name, form in request["frozen"].items()
    }
    errors: dict[str, str] = {}
    noted: dict[str, object] = {}
    for cell in request["cells"]:
        presented.cell = cell["id"]
        for key, value in (("check", presented), ("frozen", presented.frozen)):
            if key in namespace:
                namespace[key] = value
        try:
            execute(cell["source"], cell["id"], namespace)
        except Refused as error:
            errors[cell["id"]] = str(error)
        except BaseException as error:
            errors[cell["id"]] = f"{type(error).__name__}: {error}"
        if cell["role"] == "check":
            for name in cell["functions"]:
                noted[name] = namespace.get(name)
    answers = drive(request["functions"], noted, request["seconds"])
    return {"answers": answers, "presented": presented.cases, "errors": errors}


def main(request_path: str, answer_path: str) -> None:
    """Answer a request file."""
    request = json.loads(Path(request_path).read_text(encoding="utf-8"))
    os.chdir(request["folder"])
    work = {"record": record, "present": present}[request["task"]]
    try:
        answer = work(request)
    except Refused as error:
        answer = {"refused": str(error)}
    Path(answer_path).write_text(json.dumps(answer), encoding="utf-8")
    sys.stdout.flush()
    # Threads that a notebook left behind must not hold generation up.
    os._exit(0)


if __name__ == "__main__":
    # Recorded functions live in __main__; run the importable module's main.
    from autograder.authoring import recorder

    recorder.main(*sys.argv[1:3])
