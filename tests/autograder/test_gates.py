"""The gates: an assignment with a flaw cannot be released, and says which."""

from dataclasses import replace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.authoring.catalogue import CatalogueError
from autograder.authoring.gates import GateError, check_secrets
from autograder.authoring.kinds import equal_sizes
from autograder.authoring.normal_form import normal_text
from autograder.authoring.regions import RegionError
from autograder.authoring.sources import SourceError, read_source
from autograder.errors import CourseError
from autograder.judging import Judge
from autograder.nbgrader.generation import examine, visible_cases
from tests.course import CATALOGUE, CENTRE, CENTRE_CHECK, tiny_notebook, write_source

pytestmark = pytest.mark.slow


def examined(tmp_path, catalogue=CATALOGUE, **sources):
    """Examine the small assignment after changes of its cells or catalogue."""
    notebook = tiny_notebook()
    for cell in notebook.cells:
        if cell["id"].replace("-", "_") in sources:
            old, new = sources[cell["id"].replace("-", "_")]
            assert old in cell.source
            cell.source = cell.source.replace(old, new)
    return examine(write_source(tmp_path, notebook, catalogue))


def test_the_sound_assignment_passes(tmp_path):
    """Nothing is wrong with the assignment that the other tests spoil."""
    store = examined(tmp_path)["tiny"][1]

    assert {name: len(f.cases) for name, f in store.cases.functions.items()} == {
        "centre": 6,
        "spread": 6,
    }


ENTRY = """
[[tiny.centre]]
name = "new"
replace = "{old}"
with = "{new}"
hint = "{hint}"
{more}
"""


def entry(old, new, hint="Why?", more=""):
    """Return the catalogue with one more entry of centre."""
    return CATALOGUE + ENTRY.format(old=old, new=new, hint=hint, more=more)


@pytest.mark.parametrize(
    ("catalogue", "reason"),
    [
        (entry("X - mu", "-(mu - X)"), "0 of 4 hidden cases"),
        (entry("mu", "nu"), "occurs 2 times"),
        (entry("nowhere", "x"), "occurs 0 times"),
        (
            entry("X - mu", "X + 1.0 * mu"),
            "'new': the cases do not tell it from 'mean added'",
        ),
        (
            entry("X - mu", "X - mu if len(X) != 3 else X", more="edge = true"),
            "no visible case shows it",
        ),
        (
            entry("X - mu", "X - 2 * mu", more='hidden_only = "so"'),
            "marked hidden_only, but a visible case shows it",
        ),
        (
            entry(
                r"mu = np.mean(X, axis=1, keepdims=True)\n    Z = X - mu",
                r"mu = None\n    Z = None",
            ),
            "'new': it is the released stub, which is judged untouched",
        ),
        (
            entry("X - mu", "X * mu", hint="", more='same_as = "mean added"'),
            "but the cases tell them apart",
        ),
        (
            entry("X - mu", "X + 1 * mu", hint="", more='same_as = "mean adde"'),
            "which is no misconception here",
        ),
        (
            entry("X - mu", "X + 1 * mu", more='same_as = "mean added"'),
            "can have none of its own",
        ),
        (
            entry("X - mu", "X - 2 * mu", hint="Try np.mean(X, axis=1, keepdims=True)"),
            "of the solution",
        ),
        (
            entry("X - mu", "X * mu", hint="What is the mean of centred values?")
            + ENTRY.format(
                old="X - mu",
                new="X / 7",
                hint="What is the mean of centred values?",
                more="",
            ).replace('"new"', '"newer"'),
            "same hint",
        ),
        (entry("X - mu", "X * mu", more="acept = true"), "unknown key 'acept'"),
        (CATALOGUE.split("[[tiny.spread]]")[0], "has 0 entries for tiny.spread"),
        (CATALOGUE.replace("tiny.spread", "tiny.spred"), "no solution cell defines"),
        (CATALOGUE.replace("{index}", "{ratio}"), "names"),
        (CATALOGUE.replace("centre = ", "spred = ", 1), "names spred, which has no"),
        (CATALOGUE.replace('"lesson 01, Centring"', "3", 1), "holds no text"),
        ("[[tiny.centre]\n", "misconceptions.toml"),
        ('[[tiny]]\nname = "x"\n', r"instead of \[\[tiny\]\] write \[\[tiny.FUNCTION"),
        ('title = "Tiny"\n' + CATALOGUE, "instead of title = ... write"),
        ('contract = "float"\n' + CATALOGUE, r"write \[contract.NOTEBOOK\]"),
        ('[contract]\ntiny = "float"\n' + CATALOGUE, r"write \[contract.NOTEBOOK\]"),
        ("[tiny]\ncentre = [3]\n", "3 is no entry"),
        (
            '[contract.tiny]\ncentre = ["float"]\n[kinds.tiny]\ncentre = "zero"\n'
            + CATALOGUE,
            r"\[kinds.tiny\], centre: write a table",
        ),
        (
            '[contract.tiny]\ncentre = ["float"]\n[own_work.tiny]\ncentre = "f"\n'
            + CATALOGUE,
            r"\[own_work.tiny\], centre: write a list",
        ),
        *(
            (entry("X - mu", "X * mu", **{"hint": "Why?", "more": ""} | given), reason)
            for given, reason in [
                ({"more": "read = 3"}, "'new': read must be a text in quotes: 3"),
                ({"more": 'accept = "no"'}, "accept must be true or false, without"),
                ({"more": 'edge = "false"'}, "edge must be true or false"),
                ({"more": "hidden_only = true"}, "hidden_only must be a text"),
                ({"hint": "Off by {raito}. Why?"}, r"names \{raito\}, which has no"),
            ]
        ),
        (entry("X - mu", "x").replace('"x"', "7"), "with must be a text in quotes: 7"),
        (entry("X - mu", "x").replace('"Why?"', "['?']"), "hint must be a text"),
        (
            CATALOGUE + "[[tiny.centre]]\nname = 'new'\nhint = 'Why?'\n"
            "changes = [{replace = 'X - mu', with = 3}]\n",
            "with must be a text in quotes: 3",
        ),
        (
            entry("X - mu", "(X - mu"),
            r"'new': what it makes of the solution is not Python: .*'Z = \(X - mu'",
        ),
        (
            entry("X - mu", "X - mue"),
            "'new': it always stops with \"name 'mue' is not defined\": is a name",
        ),
        ('[contract.tiny]\ncentre = ["frsh"]\n' + CATALOGUE, "'frsh' is no term"),
        ('[contract.tiny]\ncentre = "fresh"\n' + CATALOGUE, "a list of terms"),
        (
            '[contract.tiny]\ncentre = ["leaves inputs", "changes inputs"]\n'
            + CATALOGUE,
            "contradict each other",
        ),
        (
            '[contract.tiny]\nmiddle = ["float"]\n' + CATALOGUE,
            "no solution cell defines",
        ),
        (
            '[contract.tiny]\ncentre = ["float"]\n[contract_hints.tiny.centre]\n'
            'float = "Use floats."\n' + CATALOGUE,
            "asks nothing",
        ),
    ],
)
def test_a_flawed_catalogue_stops_generation(tmp_path, catalogue, reason):
    """Each rule of the catalogue is enforced with one plain reason."""
    with pytest.raises((GateError, CatalogueError, SourceError), match=reason):
        examined(tmp_path, catalogue)


def test_a_catalogue_may_begin_with_a_byte_order_mark(tmp_path):
    """Some editors of Windows write one."""
    marked = "\ufeff" + CATALOGUE

    assert "tiny" in examined(tmp_path, marked)


def test_a_catalogue_in_another_encoding_is_named(tmp_path):
    folder = write_source(tmp_path, tiny_notebook(), CATALOGUE)
    path = folder / "misconceptions.toml"
    path.write_bytes(path.read_bytes() + b"# caf\xe9")

    with pytest.raises(CatalogueError, match="is not in UTF-8"):
        examine(folder)


def test_braces_of_code_and_formulas_are_a_hint_of_their_own(tmp_path):
    hint = r"What is $\\frac{a}{b}$, or `f\"{Z}\"`, in your case?"

    assert "tiny" in examined(tmp_path, entry("X - mu", "X * mu", hint=hint))


def test_what_learners_write_stands_in_the_function(tmp_path):
    """An answer that changes a class beside it would be judged untouched."""
    notebook = tiny_notebook()
    cell = next(cell for cell in notebook.cells if cell["id"] == "centre")
    start, end = "### START CODE HERE ###", "### END CODE HERE ###"
    cell.source = (
        f"class Mean:\n    def of(self, X):\n        {start}\n"
        "        mu = np.mean(X, axis=1, keepdims=True)\n"
        f"        {end}\n        return mu\n\n\n"
        + cell.source.replace("np.mean(X, axis=1, keepdims=True)", "Mean().of(X)")
        .replace(start, f"{start} # @KEEP")
        .replace(" (≈ 2 lines)", "")
    )

    with pytest.raises(GateError, match="'mean over everything': it changes nothing"):
        examine(write_source(tmp_path, notebook, CATALOGUE))


def test_a_cell_without_its_type_is_named(tmp_path):
    """What no learner can edit is no answer, though it has the markers."""
    notebook = tiny_notebook()
    metadata_of(notebook, "centre").update(solution=False, locked=True)

    with pytest.raises(SourceError, match="cell centre, which defines it, is no solu"):
        examine(write_source(tmp_path, notebook, CATALOGUE))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"grade_id": ""}, "cell centre-check: grade_id is empty: give it its type"),
        (
            {"grade_id": None},
            "cell centre-check: .*does not have a grade_id.*with Crea",
        ),
        ({"grade_id": "centre check!"}, "cell centre check!: .*letters, digits"),
        ({"schema_version": None}, "cell centre-check: .*version 0, not 3: .*update"),
        ({"schema_version": 1}, "cell centre-check: .*version 1, not 3"),
        ({"locked": "yes"}, "cell centre-check: 'yes' is not of type 'boolean'"),
        ({"points": -1}, "cell centre-check"),
    ],
)
def test_metadata_that_nbgrader_refuses_are_named_by_their_cell(
    tmp_path, changes, reason
):
    """Before anything is removed; nbgrader's own words name no cell."""
    notebook = tiny_notebook()
    metadata = metadata_of(notebook, "centre-check")
    for key, value in changes.items():
        if value is None:
            del metadata[key]
        else:
            metadata[key] = value

    with pytest.raises((SourceError, GateError), match=reason):
        examine(write_source(tmp_path, notebook, CATALOGUE))


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("helpers.py", "helpers.py beside tiny, which calls check, hides"),
        ("helpers/__init__.py", "helpers beside tiny, which calls check, hides"),
        ("numpy.py", "has the name of a module of an installed package"),
        ("random.py", "has the name of a module of Python"),
        ("scratch/numpy.py", ""),
        ("my_tools.py", ""),
        ("data/values.csv", ""),
    ],
)
def test_no_module_beside_a_notebook_hides_another(tmp_path, name, of):
    """Learners' kernels find it first, graders the installed one."""
    folder = write_source(tmp_path, tiny_notebook(), CATALOGUE)
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("")

    if not of:
        examine(folder)
        return
    with pytest.raises((GateError, SourceError), match=of):
        examine(folder)


def test_a_mark_scheme_has_an_end(tmp_path):
    """Without one, no grader would see the rubric."""
    notebook = tiny_notebook()
    cell = next(c for c in notebook.cells if "END MARK SCHEME" in c.source)
    cell.source = cell.source.replace("=== END MARK SCHEME ===", "")

    with pytest.raises(SourceError, match=f"cell {cell.id}: .* do not pair"):
        examine(write_source(tmp_path, notebook, CATALOGUE))


@pytest.mark.parametrize(
    ("judges", "reason"),
    [
        ("RELATIONS = {", "judges.py of 01_tiny, line 1: SyntaxError"),
        ("import nowhere", "judges.py of 01_tiny: ModuleNotFoundError: .*nowhere"),
        ("def near(): pass", "must say RELATIONS = "),
        ("RELATIONS = {'centre': 3}", "with a function for the name"),
        ("RELATIONS = {'center': print}", "a relation for center, which no notebook"),
    ],
)
def test_flawed_relations_stop_generation(tmp_path, judges, reason):
    """They are an instructor's code: a mistake in it is named, and no traceback."""
    folder = write_source(tmp_path, tiny_notebook(), CATALOGUE)
    (folder / "judges.py").write_text(judges)

    with pytest.raises(CourseError, match=reason):
        examine(folder)


def test_a_mistake_that_the_judge_does_not_name_stops_generation(tmp_path, monkeypatch):
    """The gate asks the judge of grading, not only the cases."""
    judged = Judge.function

    def nameless(self, *arguments):
        return replace(judged(self, *arguments), entry=None)

    monkeypatch.setattr(Judge, "function", nameless)
    with pytest.raises(GateError, match="in grading it is judged as no catalogued"):
        examined(tmp_path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"centre_check": ("for n in (2, 3, 4):", "for n in (2, 3):")},
            "2 visible and 3 hidden",
        ),
        (
            {"centre_check": ("check(centre, np.arange", "check(np.mean, np.arange")},
            "no solution cell defines",
        ),
        *(
            (
                {"centre_check": ("** 2)", f"** 2, rng={seed})")},
                r"cell centre-check: check\(centre, ...\): rng=.* is no seed",
            )
            for seed in ("'one'", "-1", "True", "np.random.default_rng(3)", "1.5")
        ),
        ({"centre_check": ("** 2)", "** 2, rng=np.int64(3))")}, None),
        (
            {"centre_check": ("** 2)", "** 2, rtol=0.1)")},
            "'rtol' .what stands behind the function in a check is handed to it",
        ),
        (
            {"centre_check": ("check(centre, np.arange", "check(1 == np.arange")},
            "no solution cell defines: write check",
        ),
        (
            {"centre": ("Z = X - mu", "Z = X - mu + np.random.default_rng().random()")},
            "gets .* points: does it give the same each time it is called",
        ),
        (
            {"centre_check": ("np.arange(6.0)", "centre(np.arange(6.0))")},
            "(?s)does not ask for the recorded inputs|stopped",
        ),
        (
            {"spread_check": ("power=3", "power=object()")},
            "no check can carry",
        ),
        (
            {"centre_check": ("randn(n, 5)", "randn(n, 50000)")},
            "more than 256 kB",
        ),
        (
            {"centre_check": ("canary_inputs = 8675309.0", "1 / 0")},
            "ZeroDivisionError",
        ),
        (
            {"centre_check": ("for n in (2, 3, 4):", "for n in (2, 3, 3, 4):")},
            "the same inputs",
        ),
        ({"centre": ("### END CODE HERE ###", "")}, "never ends"),
        (
            {"centre": ("### ", "# ")},
            "cell centre defines it without ### START CODE HERE ###",
        ),
        ({"centre": ("def centre", "class centre")}, "cell centre defines a class"),
        ({"centre": ("return Z", "X[:] = Z")}, "let it return what it makes"),
        (
            {"spread": ("return value, Z", "return {1.0}, Z")},
            "the solution returns a set, which no check can",
        ),
        (
            {"spread": ("Z = centre(X)", "assert power < 0\n    Z = centre(X)")},
            "stops with AssertionError in cell spread-check.*a cell of ordinary tests",
        ),
        ({"centre_check": ("### END HIDDEN TESTS", "")}, "without an end"),
        (
            {"spread": ("Z = centre(X)", "Z = centre(X) if n else 0")},
            "which only check cell|NameError",
        ),
        (
            {"centre": ("    mu = np.mean", "    mu = 1  # @KEEP\n    mu = np.mean")},
            None,
        ),
        (
            {
                "centre": (
                    "Z = X - mu",
                    "Z = X - mu  # @REPLACE Z = X - X.mean(1)[:, None]",
                )
            },
            "can earn nothing",
        ),
    ],
)
def test_a_flawed_notebook_stops_generation(tmp_path, changes, reason):
    """Each rule of the notebook is enforced with one plain reason."""
    if reason is None:
        examined(tmp_path, **changes)
        return
    with pytest.raises((GateError, SourceError, RegionError), match=reason):
        examined(tmp_path, **changes)


def test_a_contract_that_the_prompt_does_not_state_is_refused(tmp_path):
    """The catalogue and the prompt say the same; the command makes them."""
    contract = '[contract.tiny]\ncentre = ["leaves inputs"]\n' + CATALOGUE
    notebook = tiny_notebook()
    prompt = new_markdown_cell(
        "## Exercise 1: `centre` (3 points, difficulty 1 of 5, about 2 minutes)\n\n"
        "Text.\n\n<details><summary>Why?</summary>\n\nBecause.\n\n</details>"
    )
    prompt["id"] = "centre-prompt"
    notebook.cells.insert(2, prompt)
    check = next(cell for cell in notebook.cells if cell["id"] == "centre-check")
    check.source = check.source.replace(
        "[[1.0, 3.0], [0.0, 10.0]]", "[[1.0, 3.0, -0.5], [0.0, 10.0, 900.0]]"
    )
    check = next(cell for cell in notebook.cells if cell["id"] == "spread-check")
    check.source = check.source.replace("[0.0, 3.0, 3.5]", "[0.0, 3.0, 3.5e-7]")
    folder = write_source(tmp_path, notebook, contract)
    with pytest.raises(GateError, match="normalize"):
        examine(folder)

    path = folder / "tiny.ipynb"
    path.write_text(normal_text(path), encoding="utf-8")
    store = examine(folder)["tiny"][1]

    source = nbformat.read(path, as_version=4).cells[2].source
    assert "Text.\n\n**Contract.** The inputs stay as they are.\n\n<details>" in source
    assert store.cases.functions["centre"].contract == ("leaves inputs",)
    assert normal_text(path) == path.read_text(encoding="utf-8")


def test_two_spellings_of_one_mistake_pass_if_marked_as_one(tmp_path):
    """Both lose marks and both are recognised, under the one name; it counts once."""
    twin = entry("X - mu", "X + 1.0 * mu", hint="", more='same_as = "mean added"')
    _, store = examined(tmp_path, twin)["tiny"]
    record = store.cases.functions["centre"]
    judge = Judge(store)
    answers = {i: case.entries["new"] for i, case in enumerate(record.cases)}

    verdict = judge.function(record, [judge.trial(record, "check", answers)])

    assert verdict.entry.name == "mean added"
    assert set(verdict.marks) == {0}
    assert "new" not in {
        e.name for e in visible_cases(store).functions["centre"].entries
    }


def test_a_case_that_can_earn_nothing_is_refused(tmp_path):
    """An answer that equals an input says nothing about the function."""
    with pytest.raises(GateError, match="can earn nothing"):
        examined(
            tmp_path,
            centre_check=("[[1.0, 3.0], [0.0, 10.0]]", "[[-1.0, 1.0], [-5.0, 5.0]]"),
        )


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("mu = np.mean(X, axis = 1, keepdims=True)", "code", "gives away"),
        ("Write `mu = np.mean(X, axis=1, keepdims=True)`.", "markdown", "gives away"),
        (CENTRE_CHECK, "code", "hidden"),
        ("### BEGIN HIDDEN TESTS", "code", "marker"),
    ],
)
def test_nothing_secret_may_stand_in_a_release(tmp_path, text, kind, reason):
    """Solution statements and hidden tests are found however they are spaced."""
    source = read_source(write_source(tmp_path) / "tiny.ipynb")

    with pytest.raises(GateError, match=reason):
        check_secrets(source, [("some-cell", kind, text)])


def test_a_failed_generation_leaves_everything_as_it_was(tmp_path):
    """Gates come before gradebook, store and release are touched."""
    import shutil

    from autograder.nbgrader.course import Course, CourseError
    from tests.conftest import ROOT

    write_source(tmp_path)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    course = Course(tmp_path)
    course.generate("01_tiny")
    kept = ["gradebook.db", "cases/01_tiny/tiny.json", "release/01_tiny/tiny.ipynb"]
    before = [(tmp_path / name).read_bytes() for name in kept]
    write_source(tmp_path, catalogue=entry("X - mu", "-(mu - X)"))

    with pytest.raises(CourseError) as caught:
        course.generate("01_tiny")

    assert before == [(tmp_path / name).read_bytes() for name in kept]
    assert "\n" not in str(caught.value)
    assert "0 of 4 hidden cases show it" in str(caught.value)


def test_generation_is_deterministic(tmp_path):
    """The same source gives the same bytes."""
    import shutil

    from autograder.nbgrader.course import Course
    from tests.conftest import ROOT

    write_source(tmp_path)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    course = Course(tmp_path)
    made = []
    for _ in range(2):
        course.generate("01_tiny")
        files = sorted((tmp_path / "release").rglob("tiny*"))
        made.append([path.read_bytes() for path in files])
        assert nbformat.read(files[-1], as_version=4).cells

    assert made[0] == made[1]


def prompted(heading, notebook=None):
    """Return the small notebook with a prompt of centre before its solution."""
    notebook = notebook or tiny_notebook()
    prompt = new_markdown_cell(heading)
    prompt["id"] = "centre-prompt"
    notebook.cells.insert(2, prompt)
    return notebook


HEADING = (
    "## Exercise 1: `centre` ({points} points, difficulty 1 of 5, about 2 minutes)"
)


def metadata_of(notebook, cell_id):
    """Return nbgrader's metadata of a cell."""
    cell = next(cell for cell in notebook.cells if cell["id"] == cell_id)
    return cell.metadata["nbgrader"]


def test_points_of_heading_and_checks_agree(tmp_path):
    """A heading that promises other points than can be earned is refused."""
    with pytest.raises(GateError, match="says 2 points, its checks are worth 3"):
        examine(write_source(tmp_path, prompted(HEADING.format(points=2))))


@pytest.mark.parametrize(("points", "right"), [(3, True), (5, True), (4, False)])
def test_ordinary_tests_of_a_function_count_in_its_heading(tmp_path, points, right):
    """That an error is raised is for a cell of their own, of the same exercise."""
    notebook = prompted(HEADING.format(points=points))
    tests = new_code_cell("assert callable(centre)")
    tests.metadata["nbgrader"] = metadata_of(notebook, "centre-check") | {
        "grade_id": "centre-error",
        "points": 2,
    }
    notebook.cells.append(tests)
    folder = write_source(tmp_path, notebook)

    if right:
        examine(folder)
    else:
        with pytest.raises(GateError, match="says 4 points, its checks are worth 3"):
            examine(folder)


@pytest.mark.parametrize(
    ("points", "reason"), [(0, "has 0 points"), (None, "points are None, not a number")]
)
def test_checks_are_worth_something(tmp_path, points, reason):
    """No points, and points that are no number, are named with their cell."""
    notebook = tiny_notebook()
    metadata_of(notebook, "centre-check")["points"] = points

    with pytest.raises((GateError, SourceError), match=f"centre-check.*{reason}"):
        examine(write_source(tmp_path, notebook))


def test_a_grade_id_stands_once(tmp_path):
    """A copied cell keeps its grade_id, which the gradebook cannot hold twice."""
    notebook = tiny_notebook()
    metadata_of(notebook, "spread-check")["grade_id"] = "centre-check"

    with pytest.raises(SourceError, match="two cells have the grade_id centre-check"):
        examine(write_source(tmp_path, notebook))


def test_checks_look_for_the_cases_of_their_own_notebook(tmp_path):
    """A notebook that was copied has the name of the other in it."""
    notebook = tiny_notebook()
    for cell in notebook.cells:
        cell.source = cell.source.replace('checks_for("tiny")', 'checks_for("small")')

    with pytest.raises(SourceError, match=r"must be checks_for\('tiny'\)"):
        examine(write_source(tmp_path, notebook))


@pytest.mark.parametrize(
    ("catalogue", "reason"),
    [
        (
            CATALOGUE.replace("tiny.", "teeny.").replace(".tiny]", ".teeny]"),
            "there is no teeny.ipynb",
        ),
        (
            entry("X - mu", "X * mu", hint="Compare mean and values."),
            "'new' asks nothing",
        ),
        (
            entry("X - mu", "X * mu", more='read = "this notebook, Nowhere"'),
            "there is no heading 'Nowhere'",
        ),
    ],
)
def test_entries_lead_somewhere(tmp_path, catalogue, reason):
    """To a notebook and a heading that exist, by a question."""
    with pytest.raises((GateError, SourceError), match=reason):
        examined(tmp_path, catalogue)


def test_a_reading_in_a_lesson_is_a_heading_there(tmp_path):
    """Lessons lie in notebooks/ beside source/."""
    lesson = new_notebook(cells=[new_markdown_cell("# Lesson\n\n## Centring")])
    (tmp_path / "notebooks").mkdir()
    nbformat.write(lesson, tmp_path / "notebooks" / "01_lesson.ipynb")
    examined(tmp_path)

    with pytest.raises(GateError, match="no heading 'Centering'"):
        examined(tmp_path, CATALOGUE.replace("01, Centring", "01, Centering"))


def test_a_length_that_is_the_solution_is_no_hint(tmp_path):
    """X.shape[0] in a hint says which one it is."""
    hint = "What is X.shape[0]?"

    with pytest.raises(GateError, match=r"contains 'X.shape\[0\]' of the solution"):
        examined(
            tmp_path,
            entry("Z = X - mu", "Z = X + mu + 1", hint=hint),
            centre=("Z = X - mu", "n = X.shape[0]\n    Z = X - mu + 0 * n"),
        )


CONTRACT = '[contract.tiny]\ncentre = ["changes inputs"]\n' + CATALOGUE


def test_public_cases_show_every_kind(tmp_path):
    """A hidden case is not the first with a negative number."""
    with pytest.raises(GateError, match="what no public case has"):
        examine(write_source(tmp_path, tiny_notebook(), CONTRACT))


def test_sizes_of_different_meaning_differ(tmp_path):
    """Two rows and two columns let a sum over the wrong axis look right."""
    record = examined(tmp_path)["tiny"][1].cases.functions["centre"]

    assert (0, "n and m are both 2") in equal_sizes(record, CENTRE)


def test_a_source_without_cell_ids_generates_and_can_be_graded(tmp_path):
    """nbformat 4.4 has no ids; the release gives each cell one."""
    import shutil

    from autograder.nbgrader.course import Course
    from autograder.store import read_store, store_path
    from tests.conftest import ROOT

    notebook = tiny_notebook()
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        del cell["id"]
    write_source(tmp_path, notebook)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)

    Course(tmp_path).generate("01_tiny")

    store = read_store(store_path(tmp_path, "01_tiny", "tiny"))
    ids = [cell["id"] for cell in store.released["cells"]]
    assert all(ids)
    assert len(ids) == len(set(ids))
    assert {"centre", "centre-check", "spread"} <= set(ids)
