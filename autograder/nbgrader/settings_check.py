"""What is wrong in a course's ``nbgrader_config.py``, said before anything uses it.

traitlets looks at a setting when the class that has it is made: a wrong value then ends
the work with a traceback, and a name that no class has is passed over.
"""

import difflib
import importlib
import linecache
from collections.abc import Iterator
from pathlib import Path

from jupyter_core.paths import jupyter_config_path
from traitlets import TraitError
from traitlets.config import (
    Config,
    Configurable,
    JSONFileConfigLoader,
    LazyConfigValue,
    PyFileConfigLoader,
    SingletonConfigurable,
)

from autograder.errors import CourseError
from autograder.names import plain

FILE = "nbgrader_config.py"
# Where our classes with settings stand; imported where a course sets something there.
MODULES = {
    "BoundedExtractor": "autograder.nbgrader.collecting",
    "CanvasExport": "autograder.nbgrader.exports",
    "FeedbackExporter": "autograder.nbgrader.feedback_pages",
    "GradingService": "autograder.service.settings",
    "JudgedExecute": "autograder.nbgrader.execution",
    "LatePenalty": "autograder.nbgrader.late",
    "LmsCollector": "autograder.nbgrader.collecting",
    "MoodleExport": "autograder.nbgrader.exports",
    "ReleaseExporter": "autograder.nbgrader.generation",
    "Sandbox": "autograder.sandbox.settings",
}
CLOSE = 0.8  # how like a known name must be to stand in a question


def read_settings(root: Path) -> Config:
    """Run a course's settings, upon those that the machine and the user have.

    nbgrader's own commands read these, too: the address of the gradebook may stand
    there.

    Raises
    ------
    CourseError
        With the line that ends them.
    """
    config = Config()
    folders = [Path(folder) for folder in reversed(jupyter_config_path())]
    for name in ("jupyter_config", Path(FILE).stem):
        for folder in folders:
            if folder.resolve() == root.resolve():
                continue
            for path in (folder / f"{name}.py", folder / f"{name}.json"):
                if path.is_file():
                    config.merge(_run(path, str(path)))
    config.merge(_run(root / FILE, FILE))
    return config


def _run(path: Path, known: str) -> Config:
    """Run one file of settings, which a person knows by another name."""
    kind = PyFileConfigLoader if path.suffix == ".py" else JSONFileConfigLoader
    loader = kind(path.name, path=str(path.parent))
    try:
        config: Config = loader.load_config()
    except Exception as error:  # the file is a program, and may raise anything
        line = _line(error, path)
        where = f"{known}, line {line}" if line else known
        text = linecache.getline(str(path), line).strip() if line else ""
        said = error.msg if isinstance(error, SyntaxError) else error
        name = type(error).__name__
        raise CourseError(
            f"{where}: {name}: {said}" + (f": `{text}`" if text else "")
        ) from None
    return config


def _line(error: Exception, path: Path) -> int:
    """Return the last line of a file that an error passed, or 0."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 0
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def check_settings(config: Config) -> list[str]:
    """Return what looks like a slip in the settings of others' classes.

    Raises
    ------
    CourseError
        If a setting has a value that it cannot have, or one of our classes has no
        setting of that name.
    """
    for section in config:
        if section in MODULES:
            importlib.import_module(MODULES[section])
    known: dict[str, list[type[Configurable]]] = {}
    for one in _below(Configurable):
        known.setdefault(one.__name__, []).append(one)
    doubts = [
        f"{FILE}: c.{section}.{hook} is called by nbgrader's own commands only, and "
        "not by `python -m autograder grade` and `feedback`"
        for section in ("Autograde", "BaseConverter", "GenerateFeedback")
        for hook in ("pre_convert_hook", "post_convert_hook")
        if config.get(section, {}).get(hook)
    ]
    for section, values in config.items():
        if not isinstance(values, Config):
            continue
        classes = known.get(section, [])
        if not classes:
            names = [*MODULES, *known]
            like = difflib.get_close_matches(section, names, 1, CLOSE)
            if like:
                doubts.append(
                    f"{FILE}: nothing is called c.{section}; is it c.{like[0]}?"
                )
        for name, value in values.items():
            if classes and not isinstance(value, Config):
                doubts.extend(_doubts(classes, section, name, value))
    return doubts


def _doubts(
    classes: list[type[Configurable]], section: str, name: str, value: object
) -> Iterator[str]:
    having = [one for one in classes if name in one.class_trait_names(config=True)]
    if not having:
        names = classes[-1].class_trait_names(config=True)
        like = difflib.get_close_matches(name, names, 1)
        asked = f"; is it {like[0]}?" if like else ""
        said = f"{FILE}: c.{section} has no setting {name}{asked}"
        if section in MODULES:
            raise CourseError(said)
        yield said
    elif not isinstance(value, LazyConfigValue):
        for one in having:
            _try(one, section, name, value)


def _try(one: type[Configurable], section: str, name: str, value: object) -> None:
    """Set a value in an instance that nobody uses, which checks it."""
    ours = one.__module__.startswith(("autograder.", "nbgrader."))
    if not ours or issubclass(one, SingletonConfigurable):
        return
    try:
        setattr(one.__new__(one), name, value)
    except TraitError as error:
        said = plain(str(error).partition("\n")[0])
        raise CourseError(f"{FILE}: c.{section}.{name} = {value!r}: {said}") from None


def _below(one: type[Configurable]) -> Iterator[type[Configurable]]:
    yield one
    for other in one.__subclasses__():
        yield from _below(other)
