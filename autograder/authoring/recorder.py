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
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from autograder.authoring.twins import has_arrays, is_twin, twins_of
from autograder.driving import Group, asked_of, drive, outcomes
from autograder.forks import Ask
from autograder.moments import Moment, watch
from autograder.protocol import CaseForm, CaseLimits, read_outcome
from helpers.checks.cases import inputs_from, outcome_form, outcome_from
from helpers.checks.recognition import agrees
from helpers.checks.values import (
    Unsupported,
    decode,
    encode,
    leaves,
    plain,
    size_of,
)

MAX_CASE = 256_000


class Refused(Exception):
    """A source that cannot be recorded; the message is one plain sentence."""


class Recorder:
    """Stands in the place of ``check`` while the source runs."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.cases: list[dict] = []
        self.frozen_values: dict[str, object] = {}
        self.visible_frozen: set[str] = set()
        self.namespace: dict[str, object] = {}
        self.cell = ""
        self.hidden = False

    def __call__(
        self,
        function: Callable,
        /,
        *args: object,
        rng: int | None = None,
        **kwargs: object,
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
        seeds = isinstance(rng, int | np.integer) and not isinstance(rng, bool)
        if rng is not None and not (seeds and 0 <= rng < 2**32):
            raise Refused(
                f"{where}: rng={rng!r} is no seed; write a whole number from 0 on"
            )
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
            "rng": None if rng is None else int(rng),
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
        return self._unnamed(function)

    def _unnamed(self, function: Callable) -> str:
        shown = getattr(function, "__name__", repr(function))
        raise Refused(
            f"cell {self.cell}: check is called with {shown}, which no solution cell "
            "defines: write check(function, input, ...)"
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
    matplotlib.interactive(False)  # a process that a shell could be may say so
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
                if cell.get("optional"):
                    break
                kind = type(error).__name__
                raise Refused(
                    f"cell {cell['id']} stopped with {kind}: {error}"
                ) from error


def definer(
    namespace: dict, name: str, text: str = "", cell: str = ""
) -> Callable[[Ask], Callable]:
    """Return what defines a function in a child, from a changed cell if one is given.

    The names of the notebook are put back first: a child defines one after another.
    """
    saved = dict(namespace)

    def prepare(ask: Ask) -> Callable:
        namespace.clear()
        namespace.update(saved)
        if text:
            execute(text, cell, namespace)
        function: Callable = namespace[name]
        return function

    return prepare


def record(request: dict) -> dict:
    """Run a source and record its cases.

    Of `request` it takes ``cells`` (id and parts), ``functions`` (parameters, cell,
    stub, entries), ``twins``, ``seconds`` and ``entry_seconds``. Returns cases with
    their outcomes, frozen values and times.
    """
    begun = time.monotonic()
    namespace = prepare()
    functions = request["functions"]
    recorder = Recorder(list(functions))
    run_source(request, recorder, namespace)
    executed = time.monotonic()
    cases = recorder.cases
    seconds = request["seconds"]
    found: list[dict] = [{} for _ in cases]

    # As in grading, the hidden cases of a function are driven after its public ones.
    def recorded(limits: CaseLimits, answers: Iterable[tuple]) -> None:
        """Drive answers, each a function, a changed cell and where it is kept."""
        targets, groups = [], []
        for name, text, *path in answers:
            function = functions[name]
            prepare = definer(namespace, name, text, function["cell"])
            for hidden in (False, True):
                own = [
                    i
                    for i, case in enumerate(cases)
                    if case["function"] == name and case["hidden"] == hidden
                ]
                calls = cast("list[CaseForm]", [cases[i] for i in own])
                groups.append(Group(prepare, calls, asked_of(function)))
                targets += [(i, path) for i in own]
        frames = outcomes(groups, limits)
        for (i, path), frame in zip(targets, frames, strict=True):
            target = found[i]
            for key in path[:-1]:
                target = target.setdefault(key, {})
            target[path[-1]] = outcome_form(read_outcome(frame))

    recorded(CaseLimits(seconds), [(name, "", "expected") for name in functions])
    for case, outcome in _twins(request, cases, found, namespace):
        cases.append(case)
        found.append({"expected": outcome})
    recorded(
        CaseLimits(request["entry_seconds"]),
        [
            answer
            for name, function in functions.items()
            for answer in [
                (name, function["stub"], "stub"),
                *(
                    (name, text, "entries", entry)
                    for entry, text in function["entries"].items()
                ),
            ]
        ],
    )
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


def _twins(
    request: dict, cases: list[dict], found: list[dict], namespace: dict
) -> Iterator[tuple[dict, dict]]:
    """Yield a hidden twin of each public case that has none, and its outcome.

    Only of functions that `request` names in ``twins``. Of several possible ones the
    first counts for which the solution returns something else.
    """
    for name in request.get("twins", ()):
        function = request["functions"][name]
        own = [i for i, case in enumerate(cases) if case["function"] == name]
        calls = {i: _inputs(cases[i], function["parameters"]) for i in own}
        for i in own:
            if cases[i]["hidden"] or not has_arrays(calls[i][0]):
                continue
            expected = found[i]["expected"]
            if any(
                cases[k]["hidden"]
                and is_twin(calls[i], calls[k])
                and found[k]["expected"].get("value") != expected.get("value")
                for k in own
            ):
                continue
            prepare = definer(namespace, name, "", function["cell"])
            for inputs, rng in twins_of(*calls[i]):
                twin = _twin_form(cases[i], inputs, rng, function["parameters"])
                driven = cast("list[CaseForm]", [twin])
                group = Group(prepare, driven, asked_of(function))
                (frame,) = outcomes([group], CaseLimits(request["seconds"]))
                outcome = outcome_form(read_outcome(frame))
                if _is_other(expected, outcome):
                    yield twin, outcome
                    break


def _inputs(case: dict, names: Sequence[str]) -> tuple[dict[str, object], int | None]:
    """Return the inputs of a case by name, and its seed."""
    args, kwargs, rng = inputs_from(case)
    return dict(zip(names, args)) | kwargs, rng


def _twin_form(
    case: dict, inputs: dict[str, object], rng: int | None, names: Sequence[str]
) -> dict:
    count = len(case["args"])
    return case | {
        "args": [encode(inputs[name]) for name in names[:count]],
        "kwargs": {key: encode(inputs[key]) for key in case["kwargs"]},
        "rng": rng,
        "hidden": True,
    }


def _is_other(expected: dict, outcome: dict) -> bool:
    """Tell whether a twin has a result of its own, all of it finite."""
    one, other = outcome_from(expected), outcome_from(outcome)
    if one.error is not None or other.error is not None or other.warned:
        return False
    finite = all(
        np.isfinite(leaf).all()
        for _, leaf in leaves(other.value, "")
        if isinstance(leaf, np.ndarray | float)
    )
    return finite and not agrees(one, other)


class _Presented(Recorder):
    """Stands in the place of ``check`` while a release runs: notes the inputs."""

    def frozen(self, name: str, make: Callable[[], object]) -> object:
        if name not in self.frozen_values:
            raise Refused(f"cell {self.cell} asks for frozen {name!r}, never recorded")
        return plain(self.frozen_values[name], name, inputs=True)

    def _unnamed(self, function: Callable) -> str:
        return "?"


def present(request: dict) -> dict:
    """Run a release and drive its functions as grading does.

    Of `request` it takes ``cells``, names of ``functions``, ``requests`` to the driver,
    ``frozen`` and ``seconds``. Returns ``answers`` to each request, ``presented``
    inputs of the check cells, and ``errors`` of other cells by id.
    """
    namespace = prepare()
    presented = _Presented(list(request["functions"]))
    presented.namespace = namespace
    presented.frozen_values = {
        name: decode(form, inputs=True) for name, form in request["frozen"].items()
    }
    errors: dict[str, str] = {}
    moments: dict[str, Moment] = {}
    watch()
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
            moments[cell["id"]] = Moment(namespace)
    moments[""] = Moment(namespace)
    limits = CaseLimits(request["seconds"])
    answers = [drive(forms, moments, limits) for forms in request["requests"]]
    return {"answers": answers, "presented": presented.cases, "errors": errors}


def main(request_path: str, answer_path: str) -> None:
    """Answer a request file."""
    request = json.loads(Path(request_path).read_text(encoding="utf-8"))
    os.chdir(request["folder"])
    # As in grading, modules beside the notebook come last.
    sys.path.append(request["folder"])
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
