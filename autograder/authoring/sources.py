"""Reading an assignment's source: cells by their roles, functions, check cells."""

import ast
import hashlib
import importlib.util
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.authoring.catalogue import (
    CatalogueEntry,
    read_catalogue,
    read_constant,
    read_may_call,
    read_readings,
)
from autograder.authoring.contracts import (
    Contract,
    Prompt,
    prompts_of,
    read_contracts,
)
from autograder.authoring.normal_form import give_ids
from autograder.authoring.regions import (
    STOCK_SOLUTION,
    RegionError,
    find_regions,
    last_line,
    tree_of,
)
from autograder.errors import CourseError
from autograder.submissions import is_python

# The second is nbclient's, for cells that nbgrader never runs.
DEMONSTRATION = {"demonstration", "skip-execution"}
BEGIN_HIDDEN = "### BEGIN HIDDEN TESTS"
END_HIDDEN = "### END HIDDEN TESTS"


class SourceError(CourseError):
    """A source notebook that breaks a rule; the message is one plain sentence."""


@dataclass(frozen=True)
class Cell:
    """A code cell of a source notebook with its role."""

    id: str  # cell id, equal to the grade_id of nbgrader's cells
    source: str
    # ``check``, ``solution``, ``demonstration``, ``assert`` (a graded cell of ordinary
    # tests), ``manual`` (an answer that a person grades) or ``plain``.
    role: str
    points: float = 0.0


@dataclass
class GradedFunction:
    """A function that learners write."""

    name: str
    cell: Cell  # the solution cell that defines it
    parameters: tuple[str, ...]  # in order
    results: tuple[str, ...]  # names of the elements of its return statement
    # Earlier graded functions it calls, directly or through others, in order of
    # definition.
    calls: tuple[str, ...] = ()
    entries: list[CatalogueEntry] = field(default_factory=list)
    # The parameter whose last axis runs over the m examples, by its docstring.
    examples: str = ""
    read: str = ""  # the section to read again
    by_hand: str = ""  # the exercise, if its text works an example by hand
    contract: Contract = field(default_factory=Contract)
    # Earlier graded functions that an answer may call beside those of `calls`.
    may_call: tuple[str, ...] = ()
    # Results that are the same for all inputs, with the reason.
    constant: dict[str, str] = field(default_factory=dict)
    # What the solution calls the elements of a tuple, by parameter or result.
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class SourceNotebook:
    """A source notebook, understood."""

    # Folder and file name without ending.
    assignment: str
    name: str
    cells: list[Cell]  # the code cells, in order
    functions: dict[str, GradedFunction]  # in order of definition
    # The cells with the headings of exercises, by function.
    prompts: dict[str, Prompt] = field(default_factory=dict)
    judges: str = ""  # text of the assignment's ``judges.py``, or empty
    digest: str = ""  # what cases are made from, in short
    # Of its markdown cells, as a reading names them.
    headings: set[str] = field(default_factory=set)

    @property
    def has_checks(self) -> bool:
        """Whether any cell calls ``check``; if not, it is nbgrader's alone."""
        return any(cell.role == "check" for cell in self.cells)


def read_source(path: Path) -> SourceNotebook:
    """Read a source notebook with its catalogue and judges.

    Raises
    ------
    SourceError
        If the file is not a notebook.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise SourceError(f"there is no {path}") from None
    except Exception as error:
        raise SourceError(f"{path.name} is not a notebook: {error}") from error
    return source_of(notebook, path.parent, path.stem)


def source_of(notebook: NotebookNode, folder: Path, name: str) -> SourceNotebook:
    """Understand a notebook of an assignment's source folder.

    ``misconceptions.toml`` lies in `folder`; `name` is the notebook's file name without
    its ending.

    Raises
    ------
    SourceError
        If a cell breaks a rule.
    """
    _check_ids(notebook)
    give_ids(notebook)
    checked = _uses_checks(notebook)
    cells = [
        _cell(cell, checked) for cell in notebook.cells if cell.cell_type == "code"
    ]
    graded = any(cell.role == "check" for cell in cells)
    if graded:
        _check_name(cells, name)
    tables = folder / "misconceptions.toml"
    catalogues, agreed = read_catalogue(tables), read_contracts(tables)
    for other in {**catalogues, **agreed}:
        if other != name and not (folder / f"{other}.ipynb").exists():
            raise SourceError(
                f"misconceptions.toml has entries for {other}, but there is no "
                f"{other}.ipynb"
            )
    catalogue, contracts = catalogues.get(name, {}), agreed.get(name, {})
    readings, constant = read_readings(tables), read_constant(tables)
    by_hand = _examples_by_hand(notebook)
    functions: dict[str, GradedFunction] = {}
    for cell in cells:
        if cell.role == "solution" and graded:
            function = _function(cell, functions)
            if function is not None:
                function.entries = catalogue.get(function.name, [])
                function.read = readings.get((name, function.name), "")
                function.by_hand = by_hand.get(cell.id, "")
                function.constant = constant.get((name, function.name), {})
                function.contract = contracts.get(function.name, Contract())
                functions[function.name] = function
    if any(cell.role == "assert" for cell in cells):
        # Ordinary tests may be all that grades a function.
        asked = _checked_names(cells) | set(catalogue) | set(contracts)
        functions = {n: one for n, one in functions.items() if n in asked}
    same = [function for notebook, function in constant if notebook == name]
    for kind, table in (
        ("entries", catalogue),
        ("a contract", contracts),
        ("constant results", same),
    ):
        for named in table:
            if named not in functions:
                raise SourceError(
                    f"misconceptions.toml has {kind} for {name}.{named}, "
                    f"but {_why_no_function(cells, named)}"
                )
    _let_call(functions, read_may_call(tables).get(name, {}), name)
    judges = folder / "judges.py"
    text = judges.read_text(encoding="utf-8") if judges.exists() else ""
    source = SourceNotebook(
        folder.name, name, cells, functions, prompts_of(notebook), text
    )
    # A paragraph that opens with words in bold type is found as easily.
    source.headings = {
        (match[1] or match[2]).strip(" .:")
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for match in TITLE.finditer(cell.source)
    }
    source.digest = digest_of(source)
    return source


def _why_no_function(cells: list[Cell], name: str) -> str:
    """Say why no cell defines a function that learners write."""
    for cell in cells:
        found = re.search(rf"^(def|class) {re.escape(name)}\b", cell.source, re.M)
        if found is None:
            continue
        if found[1] == "class":
            return (
                f"cell {cell.id} defines a class: only functions are checked; write "
                "ordinary tests of it, with assert, in a cell of their own"
            )
        if cell.role not in ("solution", "manual"):
            return (
                f"cell {cell.id}, which defines it, is no solution cell: give it the "
                "type Autograded answer with Create Assignment"
            )
        if cell.role == "manual":
            return (
                f"cell {cell.id}, which defines it, has points and waits for a "
                "person: give it the type Autograded answer with Create Assignment"
            )
        return (
            f"cell {cell.id} defines it without ### START CODE HERE ### and "
            "### END CODE HERE ### in it"
        )
    return "no solution cell defines that function"


def _check_ids(notebook: NotebookNode) -> None:
    """Every grade_id stands once: nbgrader's gradebook cannot hold it twice."""
    seen: set[str] = set()
    for cell in notebook.cells:
        identity = cell.metadata.get("nbgrader", {}).get("grade_id")
        if identity and identity in seen:
            raise SourceError(
                f"two cells have the grade_id {identity}: give one of them another "
                "with Create Assignment"
            )
        seen.add(identity)


def _check_name(cells: list[Cell], notebook: str) -> None:
    """What a learner's checks look for has the notebook's own name."""
    for cell in cells:
        for call in _calls(tree_of(cell.source), "checks_for"):
            first = call.args[0] if call.args else None
            named = first.value if isinstance(first, ast.Constant) else notebook
            if named != notebook:
                raise SourceError(
                    f"cell {cell.id} asks for the cases of another notebook: "
                    f"checks_for({named!r}) must be checks_for({notebook!r})"
                )


def _uses_checks(notebook: NotebookNode) -> bool:
    """Tell whether ``check`` is this course's; others may have one of their own."""
    return is_python(notebook.metadata) and any(
        "checks_for" in cell.source
        for cell in notebook.cells
        if cell.cell_type == "code"
    )


def _cell(cell: NotebookNode, checked: bool) -> Cell:
    nbgrader = cell.metadata.get("nbgrader", {})
    identity = nbgrader.get("grade_id") or cell.get("id", "")
    points = nbgrader.get("points", 0)
    if isinstance(points, bool) or not isinstance(points, int | float):
        raise SourceError(f"cell {identity}: its points are {points!r}, not a number")
    points = float(points)
    if nbgrader.get("grade") and not nbgrader.get("solution"):
        role = "check" if checked and _calls_check(cell.source) else "assert"
    elif checked and DEMONSTRATION & set(cell.metadata.get("tags", [])):
        role = "demonstration"
    elif nbgrader.get("solution"):
        role = "manual" if nbgrader.get("grade") else "solution"
    else:
        role = "plain"
    return Cell(identity, cell.source, role, points)


def _calls(tree: ast.Module, function: str) -> list[ast.Call]:
    """Return the calls of a function by its name."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == function
    ]


def _let_call(
    functions: dict[str, GradedFunction], table: Mapping[str, list[str]], notebook: str
) -> None:
    """Note what answers may call beside what the solution calls."""
    order = list(functions)
    for name, others in table.items():
        earlier = order[: order.index(name)] if name in functions else []
        for other in others:
            if other not in earlier:
                raise SourceError(
                    f"misconceptions.toml, [may_call.{notebook}], {name}: {other} is "
                    "no graded function before it"
                )
        if name in functions:
            called = functions[name].calls
            functions[name].may_call = tuple(n for n in others if n not in called)


def _calls_check(source: str) -> bool:
    try:
        return bool(_calls(ast.parse(source), "check"))
    except SyntaxError:
        return re.search(r"^\s*check\(", source, re.MULTILINE) is not None


def _checked_names(cells: list[Cell]) -> set[str]:
    """Return the names of what check cells check."""
    return {
        call.args[0].id
        for cell in cells
        if cell.role == "check"
        for call in _calls(tree_of(cell.source), "check")
        if call.args and isinstance(call.args[0], ast.Name)
    }


def _function(
    cell: Cell, earlier: Mapping[str, GradedFunction]
) -> GradedFunction | None:
    try:
        regions = find_regions(cell.source)
        if not regions or STOCK_SOLUTION in cell.source:
            return None
        tree = ast.parse(cell.source)
    except RegionError as error:
        raise SourceError(f"cell {cell.id}: {error}") from None
    except SyntaxError as error:
        raise SourceError(f"cell {cell.id}, line {error.lineno}: {error.msg}") from None
    holders = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(node.lineno < r.start and r.end <= _end(node, regions) for r in regions)
    ]
    if not holders:
        return None
    if len(holders) > 1:
        names = " and ".join(node.name for node in holders)
        raise SourceError(f"cell {cell.id} has regions in two functions: {names}")
    node = holders[0]
    if node.name in earlier:
        raise SourceError(
            f"cell {cell.id} defines {node.name} again; a graded function may be "
            "defined once in a notebook"
        )
    arguments = node.args
    parameters = tuple(a.arg for a in arguments.posonlyargs + arguments.args)
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    direct = [name for name in earlier if name in used]
    calls = [
        name
        for name in earlier
        if name in direct or any(name in earlier[other].calls for other in direct)
    ]
    return GradedFunction(
        node.name,
        cell,
        parameters,
        _results(node),
        tuple(calls),
        examples=examples_in(ast.get_docstring(node) or ""),
        parts=_parts(node, parameters, _results(node)),
    )


PARAMETERS = re.compile(r"^((?:\w+, )*\w+) : (.*)$")
SHAPE = re.compile(r"\(([^()]*)\)")


def examples_in(docstring: str) -> str:
    """Return the parameter whose last axis is the m examples, by its shape.

    It looks for shapes such as ``(n_x, m)`` in numpydoc's form; the text is empty if
    there is none.

    Examples
    --------
    >>> examples_in("Parameters\\n---\\nw, X : ndarrays of shape (n, 1) and (n, m)")
    'X'
    """
    for line in docstring.split("\nReturns\n")[0].splitlines():
        match = PARAMETERS.match(line)
        if match is None:
            continue
        names: list[str] = match[1].split(", ")
        shapes = [s.replace(" ", "").split(",") for s in SHAPE.findall(match[2])]
        shapes = shapes * len(names) if len(shapes) == 1 else shapes
        for name, shape in zip(names, shapes):
            sizes = [size for size in shape if size]
            if sizes and sizes[-1] in ("m", "m_train"):
                return name
    return ""


EXERCISE = re.compile(r"^#+ (Exercise \d+)\b", re.MULTILINE)


def _examples_by_hand(notebook: NotebookNode) -> dict[str, str]:
    """Return the exercise of each code cell whose text works an example by hand."""
    found, exercise, worked = {}, "", False
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            if exercise and worked:
                found[cell.metadata.get("nbgrader", {}).get("grade_id") or cell.id] = (
                    exercise
                )
            continue
        for line in cell.source.splitlines():
            if line.startswith("#"):
                match = EXERCISE.match(line)
                exercise, worked = (match[1] if match else ""), False
            worked = worked or line.startswith("**By hand")
    return found


def _end(node: ast.FunctionDef, regions: list) -> int:
    """Return the last line of a function, an end marker after it included."""
    last = last_line(node)
    for region in regions:
        if node.lineno < region.start <= last + 1:
            last = max(last, region.end)
    return last


def _results(node: ast.FunctionDef) -> tuple[str, ...]:
    returns: list[ast.Return] = []

    def visit(parent: ast.AST) -> None:
        for child in ast.iter_child_nodes(parent):
            if isinstance(child, ast.FunctionDef | ast.Lambda):
                continue
            if isinstance(child, ast.Return) and child.value is not None:
                returns.append(child)
            visit(child)

    visit(node)
    if not returns:
        raise SourceError(
            f"{node.name} returns nothing: a check compares what a function returns, "
            "so let it return what it makes or changes"
        )
    value = returns[-1].value
    if isinstance(value, ast.Tuple):
        return tuple(
            item.id if isinstance(item, ast.Name) else f"result {i}"
            for i, item in enumerate(value.elts, start=1)
        )
    return (value.id if isinstance(value, ast.Name) else "result",)


def _parts(
    node: ast.FunctionDef, parameters: tuple[str, ...], results: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Return what a function calls the elements of tuples that it takes or returns."""
    found = {}
    for statement in ast.walk(node):
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        for whole, listed, known in (
            (statement.targets[0], statement.value, results),
            (statement.value, statement.targets[0], parameters),
        ):
            if (
                isinstance(whole, ast.Name)
                and whole.id in known
                and isinstance(listed, ast.Tuple)
            ):
                names = [e.id for e in listed.elts if isinstance(e, ast.Name)]
                if len(names) == len(listed.elts):
                    found[whole.id] = tuple(names)
    return found


def split_hidden(source: str, where: str) -> list[tuple[bool, str]]:
    """Divide a check cell into visible and hidden parts.

    Says of each part whether it is hidden, and pads its text with empty lines, so that
    line numbers stay those of the cell. Errors name the cell, `where`.

    Raises
    ------
    SourceError
        If markers are not in pairs, or a part is not whole statements.
    """
    parts: list[tuple[bool, list[str]]] = [(False, [])]
    for number, line in enumerate(source.split("\n")):
        word = line.strip()
        if word in (BEGIN_HIDDEN, END_HIDDEN):
            hidden = word == BEGIN_HIDDEN
            if parts[-1][0] == hidden:
                raise SourceError(f"cell {where}: the hidden-test markers do not pair")
            parts.append((hidden, [""] * (number + 1)))
        else:
            parts[-1][1].append(line)
    if parts[-1][0]:
        raise SourceError(f"cell {where}: {BEGIN_HIDDEN} without an end")
    texts = [(hidden, "\n".join(lines)) for hidden, lines in parts]
    for _, text in texts:
        try:
            ast.parse(text)
        except SyntaxError as error:
            raise SourceError(
                f"cell {where}, line {error.lineno}: {error.msg} (visible and hidden "
                "tests must each be whole statements)"
            ) from None
    return [(hidden, text) for hidden, text in texts if text.strip()]


TITLE = re.compile(r"^(?:#+ (.+)|\*\*(.+?)\*\*.*)$", re.MULTILINE)
IMPORT = re.compile(r"^\s*(?:from|import)\s+(helpers(?:\.\w+)*)", re.MULTILINE)


def digest_of(source: SourceNotebook) -> str:
    """Return a short digest of all that a notebook's cases are made from.

    Code cells, catalogue, judges and the modules of ``helpers`` that they name;
    never recorded numbers, which differ in the last bits between processors.
    """
    sha = hashlib.sha256()

    def add(text: str) -> None:
        body = text.encode()
        sha.update(str(len(body)).encode() + b":" + body)

    for cell in source.cells:
        if cell.role != "demonstration":
            for part in (cell.id, cell.role, cell.source):
                add(part)
    for name, function in source.functions.items():
        for item in function.entries:
            add(f"{name} {item!r}")
        contract = function.contract
        add(f"{name} {contract.terms!r} {sorted(contract.hints.items())!r}")
        add(f"{name} {contract.own_work!r}")
        if function.may_call:
            add(f"{name} {function.may_call!r}")
    add(source.judges)
    code = "\n".join(
        cell.source for cell in source.cells if cell.role != "demonstration"
    )
    for module in sorted(set(IMPORT.findall(code + "\n" + source.judges))):
        if module.startswith(("helpers.plots", "helpers.checks", "helpers.progress")):
            continue
        try:
            spec = importlib.util.find_spec(module)
        except ModuleNotFoundError:  # another course's own package of that name
            continue
        if spec is not None and spec.origin:
            add(Path(spec.origin).read_text(encoding="utf-8"))
    return sha.hexdigest()[:16]
