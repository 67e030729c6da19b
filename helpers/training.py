"""Long trainings that show how they go, can be stopped and go on.

===================================================== ==========================
`train_live(name, step, parameters, steps)`           train, or go on training
`LiveTraining`                                        what it returns
`forget_trainings()`                                  start afresh next time
===================================================== ==========================

The stop button of the notebook ends a training between two steps; running the
cell again goes on from there, and runs nothing when all steps are done. What
was trained is kept by name for as long as the kernel lives, and only while the
functions, the data and the start are the same: after you fix a function, the
training begins anew.
"""

import dis
import hashlib
from collections.abc import Callable, Iterable, Mapping
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from helpers.plots.curves import LiveCurve
from helpers.progress import ProgressBar
from helpers.strings import text

__all__ = ["LiveTraining", "forget_trainings", "train_live"]

Parameters = dict[str, np.ndarray]
Step = Callable[[Parameters], tuple[Parameters, float]]

_kept: dict[str, "LiveTraining"] = {}


class LiveTraining:
    """A training that knows how far it is.

    Parameters
    ----------
    name : str
        What is trained, in a few words: the title of the curve.
    step : callable
        Takes the parameters, returns new ones and the cost before the step.
    parameters : dict of str to ndarray
        Where to start.
    watch : dict of str to callable, optional
        Numbers to be followed, such as an accuracy: each takes the parameters.
    every : int, default 50
        Steps between two looks at what is watched.

    Attributes
    ----------
    parameters : dict of str to ndarray
        The parameters as they are now.
    costs : list of float
        The cost before each step.
    watched : dict of str to list of (int, float)
        For each name the steps and the values.
    fingerprint : str
        Digest of the functions, data and start that it was begun with.
    """

    def __init__(
        self,
        name: str,
        step: Step,
        parameters: Mapping[str, np.ndarray],
        *,
        watch: Mapping[str, Callable[[Parameters], float]] | None = None,
        every: int = 50,
    ) -> None:
        self.name = name
        self.parameters = {
            key: np.array(value) for key, value in dict(parameters).items()
        }
        self.costs: list[float] = []
        self.watched: dict[str, list[tuple[int, float]]] = {
            label: [] for label in watch or {}
        }
        self.fingerprint = ""
        self._step = step
        self._watch = dict(watch or {})
        self._every = every

    @property
    def steps(self) -> int:
        """How many steps have been taken."""
        return len(self.costs)

    def run(self, steps: int, stop_below: float = 0.0) -> None:
        """Train until there are so many steps in all.

        Parameters
        ----------
        steps : int
            Steps in all, those of earlier runs included.
        stop_below : float, default 0
            End earlier when the cost falls below this.
        """
        curve = LiveCurve(self.name)
        if self._done(steps, stop_below):
            print(text("training.done", name=self.name, steps=self.steps))
            return
        bar = ProgressBar(steps, self.name, done=self.steps)
        end = "training.finished"
        try:
            self._look()
            while not self._done(steps, stop_below):
                parameters, cost = self._step(self.parameters)
                cost = float(np.asarray(cost).reshape(()))
                if not np.isfinite(cost):
                    end = "training.not_finite"
                    break
                self.parameters = parameters
                self.costs.append(cost)
                if self.steps % self._every == 0:
                    self._look()
                bar.update(self.steps, note=text("training.note", cost=f"{cost:.4g}"))
                curve.update(range(self.steps), self.costs)
            if self.costs:
                self._look()
        except KeyboardInterrupt:
            end = "training.stopped"
        bar.close()
        curve.close()
        shown = f"{self.costs[-1]:.4g}" if self.costs else "?"
        print(text(end, name=self.name, steps=self.steps, cost=shown))

    def _done(self, steps: int, stop_below: float) -> bool:
        return self.steps >= steps or bool(self.costs and self.costs[-1] < stop_below)

    def _look(self) -> None:
        for label, function in self._watch.items():
            seen = self.watched[label]
            if not seen or seen[-1][0] != self.steps:
                seen.append((self.steps, float(function(self.parameters))))


def _feed(digest: Any, value: object, home: dict, seen: set[int]) -> None:
    """Add a value to a digest; functions by their code and what they refer to."""
    if isinstance(value, FunctionType) and value.__globals__ is home:
        if id(value) not in seen:
            seen.add(id(value))
            _feed_function(digest, value, home, seen)
    elif isinstance(value, np.ndarray):
        digest.update(f"{value.dtype}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, Mapping):
        for key, item in value.items():
            digest.update(repr(key).encode())
            _feed(digest, item, home, seen)
    elif isinstance(value, list | tuple):
        for item in value:
            _feed(digest, item, home, seen)
    elif value is None or isinstance(value, bool | int | float | str | np.generic):
        digest.update(f"{type(value).__name__}{value!r}".encode())
    else:
        # Modules, functions of helpers and the like are what their name says.
        name = getattr(value, "__qualname__", type(value).__qualname__)
        digest.update(f"{getattr(value, '__module__', '')}.{name}".encode())


def _feed_function(
    digest: Any, function: FunctionType, home: dict, seen: set[int]
) -> None:
    for code in _codes(function.__code__):
        digest.update(code.co_code)
        digest.update(repr(code.co_names).encode())
        constants = [c for c in code.co_consts if not isinstance(c, CodeType)]
        digest.update(repr(constants).encode())
        for name in sorted(_globals_read(code) & home.keys()):
            _feed(digest, home[name], home, seen)
    _feed(digest, function.__defaults__, home, seen)
    _feed(digest, function.__kwdefaults__, home, seen)
    for cell in function.__closure__ or ():
        _feed(digest, cell.cell_contents, home, seen)


def _codes(code: CodeType) -> Iterable[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _globals_read(code: CodeType) -> set[str]:
    # Not co_names: those name attributes too, and X.T has nothing to do with T.
    return {
        instruction.argval
        for instruction in dis.get_instructions(code)
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }


def _fingerprint(step: Step, *values: object) -> str:
    digest = hashlib.sha256()
    home = getattr(step, "__globals__", {})
    seen: set[int] = set()
    for value in (step, *values):
        _feed(digest, value, home, seen)
    return digest.hexdigest()


def train_live(
    name: str,
    step: Step,
    parameters: Mapping[str, np.ndarray],
    steps: int,
    *,
    stop_below: float = 0.0,
    watch: Mapping[str, Callable[[Parameters], float]] | None = None,
    every: int = 50,
) -> LiveTraining:
    """Train with a progress bar and a curve that grows; go on where it stopped.

    Parameters
    ----------
    name : str
        What is trained, in a few words; a training is kept under this name.
    step : callable
        Takes the parameters, returns new ones and the cost before the step. It
        may use other functions and data, but must not count or collect in them:
        data that have changed begin a new training.
    parameters : dict of str to ndarray
        Where to start; copied.
    steps : int
        Steps in all. A larger number goes on with a finished training.
    stop_below : float, default 0
        End earlier when the cost falls below this.
    watch : dict of str to callable, optional
        Numbers to be followed, such as an accuracy: each takes the parameters.
    every : int, default 50
        Steps between two looks at what is watched.

    Returns
    -------
    LiveTraining
        With `parameters`, `costs`, `steps` and `watched`.

    Examples
    --------
    >>> def halve(parameters):
    ...     return {"w": parameters["w"] / 2}, float(parameters["w"] ** 2)
    >>> training = train_live("Halving", halve, {"w": np.array(8.0)}, steps=3)
    Halving: 3 iterations, cost 4.
    >>> training = train_live("Halving", halve, {"w": np.array(8.0)}, steps=3)
    Halving is already trained (3 iterations).
    >>> forget_trainings()
    """
    mark = _fingerprint(step, dict(parameters), dict(watch or {}), every)
    training = _kept.get(name)
    if training is None or training.fingerprint != mark:
        training = LiveTraining(name, step, parameters, watch=watch, every=every)
        training.fingerprint = mark
        _kept[name] = training
    training.run(steps, stop_below)
    return training


def forget_trainings() -> None:
    """Forget all that `train_live` has kept, so that it starts afresh."""
    _kept.clear()
