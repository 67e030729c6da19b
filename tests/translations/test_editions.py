"""Editions: what is translated, what keeps one from being released, equal marks."""

import ast
import json
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import pytest
from matplotlib.ft2font import FT2Font

from autograder.delivery.editions import write_lessons
from autograder.delivery.workspace import workspace_files
from autograder.errors import CourseError
from autograder.nbgrader.course import Course
from autograder.nbgrader.feedback_pages import _headed, in_own_words
from autograder.store import edition_folder
from autograder.translations import documents
from autograder.translations.catalogues import Catalogue, catalogue_path
from autograder.translations.code import DamagedCode, differs, rewrite_code
from autograder.translations.documents import collect, rewrite_notebook
from autograder.translations.editions import Edition, editions
from autograder.translations.markdown import blocks, headings, rewrite
from autograder.translations.messages import Message
from autograder.translations.rules import Rule, Rules, damages
from helpers import fonts, strings
from helpers.checks.report import ended
from helpers.plots.diagrams import diagram, layers_diagram
from helpers.plots.panels import lines, panels
from helpers.plots.style import new_figure
from tests.course import autograde, feedback, write_source
from tests.translations import pseudo

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted([*ROOT.glob("release/*/*.ipynb"), *ROOT.glob("notebooks/*.ipynb")])
PLAIN = re.compile(r"[aeiou]")


@pytest.fixture(scope="module")
def own_strings(tmp_path_factory: pytest.TempPathFactory):
    """Let strings be written elsewhere than into the package."""
    folder = tmp_path_factory.mktemp("strings")
    shutil.copy(strings.FOLDER / "en.toml", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strings, "FOLDER", folder)
        strings._table.cache_clear()
        yield folder
    strings._table.cache_clear()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, own_strings):
    """Return the small course, generated in English and in the pseudo-language."""
    root = tmp_path_factory.mktemp("two-editions")
    write_source(root)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    Course(root).generate("01_tiny")
    folder = root / "translations" / pseudo.LANGUAGE
    folder.mkdir(parents=True)
    (folder / "edition.toml").write_text(pseudo.SETTINGS)
    pseudo.fill(Edition(root, pseudo.LANGUAGE))
    course = Course(root, [pseudo.LANGUAGE])
    course.generate("01_tiny")
    return course


@pytest.fixture(scope="module")
def edition_release(course):
    """Return the folder of the released assignment in the pseudo-language."""
    return course.root / "editions" / pseudo.LANGUAGE / "release" / "01_tiny"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_walk_that_changes_nothing_gives_the_notebook_back(path):
    """All of a notebook that is not translated stays as it is, byte by byte."""
    form = json.loads(path.read_text(encoding="utf-8"))

    assert form == rewrite_notebook(form, lambda message: message.text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_translated_code_has_the_same_syntax_tree(path):
    """Of code, docstrings and shown strings change, and nothing else."""

    def bare(source: str) -> str:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node.value = ""
            if isinstance(node, ast.JoinedStr):
                node.values = [
                    part for part in node.values if isinstance(part, ast.FormattedValue)
                ]
        return ast.dump(tree)

    form = json.loads(path.read_text(encoding="utf-8"))
    made = rewrite_notebook(form, pseudo.accented)

    for old, new in zip(form["cells"], made["cells"], strict=True):
        assert old["id"] == new["id"] and old["metadata"] == new["metadata"]
        if old["cell_type"] == "code":
            assert bare("".join(old["source"])) == bare("".join(new["source"]))


def test_directives_and_markers_of_solutions_are_no_comments():
    """What nbgrader and the course read in comments is left alone."""
    source = "### START CODE HERE ### (≈ 2 lines)\nx = 1  # noqa: E501\n# why not"

    made = rewrite_code(source, lambda kind, text: text.upper())

    # How many lines a solution has is said to the reader.
    assert made == source.replace("why not", "WHY NOT").replace("lines", "LINES")


def test_a_translation_that_changes_an_expression_is_refused():
    """An f-string keeps its expressions, in any order."""
    source = "print(f'the {first} and {second:.2f}')"

    assert "第二" in rewrite_code(source, lambda *_: "第二 {second:.2f}，{first}")
    with pytest.raises(DamagedCode, match="other expressions"):
        rewrite_code(source, lambda *_: "{second:.3f} {first}")
    assert differs("x = 1", "x = 2")
    assert differs("check('a b')", "check('a b', 1)")


def test_the_same_string_is_translated_alike_where_it_is_a_key():
    """A label that is looked up again stays one."""
    source = 'runs = {"all loops": 1}\nprint(runs["all loops"])'

    made = rewrite_code(source, lambda kind, text: "全部循环")

    assert made == 'runs = {"全部循环": 1}\nprint(runs["全部循环"])'


def test_a_word_that_is_drawn_by_way_of_a_variable_is_a_message():
    """Keys of series and labels in tuples are read in figures; code's names not."""
    seen = []
    source = (
        'for name, f in (("cross-entropy", g), ("linear", h)):\n'
        '    lines(axes, x, {"neuron": f(x), f"{n} parameters": x}, title=name)\n'
        'd = {"dW1": 1, f"W{l}": 2}\nprint(n, "of", m, f"{low} to {high}")\n'
    )

    rewrite_code(source, lambda kind, text: seen.append(text) or text)

    assert set(seen) == {
        *("cross-entropy", "linear", "neuron", "{n} parameters"),
        *("of", "{low} to {high}"),
    }


def test_marks_between_what_an_f_string_puts_in_are_the_languages():
    """A colon or a comma between two labels is written as the labels are."""
    source = "curves = {f'{name}: {what}': c, f\"{n}, {'no' if n else 'one'} mean\": d}"
    marks = str.maketrans({":": "：", ",": "，"})

    def translate(kind, text):
        return text.translate(marks).replace("： ", "：").replace("， ", "，")

    made = rewrite_code(source, translate)

    assert "{name}：{what}" in made and "{n}，{" in made


def test_a_label_within_an_expression_is_translated_alike():
    """A curve is found again by its label, also where an f-string puts it in."""
    source = 'd = {"training": [1.0]}\nprint(f"{d[\'training\'][0]:.1f} ok then")'
    words = {"training": "训练", "{d['training'][0]:.1f} ok then": ""}

    def translate(kind, text):
        return words[text] or text.replace("ok then", "好")

    made = rewrite_code(source, translate)

    assert made.count("'训练'") + made.count('"训练"') == 2
    ast.parse(made)


@pytest.mark.parametrize("call", ['frozen("tiny net", f)', 'check(f, "relu unit")'])
def test_what_is_looked_up_stays_as_it_is(call):
    """Recorded values are found by their names, in any edition."""
    assert rewrite_code(call, lambda kind, text: "译文") == call


def test_recorded_values_keep_their_names():
    """No name of a recorded value is a message of a notebook of the course."""

    def asked(source):
        return [
            ast.unparse(node.args[0])
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "frozen"
        ]

    found = 0
    for path in NOTEBOOKS:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code" and "frozen(" in source:
                made = rewrite_code(source, lambda kind, text: text.upper())
                assert asked(made) == asked(source)
                found += len(asked(source))
    assert found > 10


def test_words_of_a_formula_are_translated_and_the_rest_is_kept():
    """A reader of a formula meets no English, and the same formula."""
    seen = []
    rewrite("$$\\text{price} = x$$\n\n$$y = x$$", lambda p: seen.append(p) or p)
    message = Message("$$\\text{price} = x$$")

    assert seen == [message.text]
    assert damages(message, "$$\\text{价格} = x$$") == []
    assert damages(message, "$$\\text{价格} = y$$")


def test_a_number_is_whole_or_no_number():
    """The 1990s are no 199."""
    assert damages(Message("Since the 1990s."), "自二十世纪九十年代以来。") == []
    assert damages(Message("Since 1990."), "自 1991 年以来。")
    assert damages(Message("Of 2,000s or 1.5x."), "几千或一倍半。") == []


def test_marks_between_words_are_the_languages():
    """A list, a label and the end of a sentence read as the rest does."""
    with strings.speaking("zh_Hans"):
        assert strings.listed([1, 2]) == "1、2"
        assert strings.labelled("用例 1", "正确") == "用例 1：正确"
        assert ended("完成") == "完成。"
        assert strings.text("checks.redo_only", hand="练习 1") == (
            "把练习 1 的手算例子再做一遍。"
        )
    assert strings.listed([1, 2]) == "1, 2"


def test_labels_of_nbgrader_are_said_in_the_language():
    """A feedback page has no English but the learner's own."""
    heading = "<b>Student's answer</b> <i>Score: 1.0 / 2.0 <a>(Top)</a></i>"
    with strings.speaking("zh_Hans"):
        assert in_own_words(heading) == (
            "<b>你的答案</b> <i>分数：1.0 / 2.0 <a>（返回顶部）</a></i>"
        )
    assert in_own_words(heading) == heading


def test_an_empty_answer_is_remarked_on_in_the_language():
    """What nbgrader writes below it is translated, what a person wrote is not."""

    def page(comment):
        footer = (
            f'<div class="panel-footer"><div><b>Comments:</b> {comment}</div></div>'
        )
        return f'<div class="panel-body">No response.</div>{footer}'

    with strings.speaking("zh_Hans"):
        silent = _headed(page("<p>No response.</p>\n"))
        marked = _headed(page("<p>No response. Why?</p>\n"))
    body, footer = silent.split('<div class="panel-footer">')

    assert body == '<div class="panel-body">No response.</div>'
    assert "没有作答。" in footer
    assert "No response." not in footer
    assert "<p>No response. Why?</p>" in marked
    assert _headed(page("<p>No response.</p>")).endswith(
        "<p>No response.</p></div></div>"
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("一。\n二", "一。二"),
        ("- 一。\n  `np.log` 二", "- 一。`np.log` 二"),
        ("一。\n**二**", "一。**二**"),
        ("一。\n- 二", "一。\n- 二"),
        ("一：\n$$x$$", "一：\n$$x$$"),
        ("一：\n```", "一：\n```"),
    ],
)
def test_no_line_break_becomes_a_space_behind_a_chinese_mark(written, read):
    """A paragraph of several lines has no gaps; lists and formulas stay apart."""
    assert Edition(ROOT, "zh_Hans")._joined_lines(written) == read


def test_the_glossary_names_terms_as_the_lessons_do():
    """The Chinese name of a term stands in the Chinese lesson that explains it."""
    edition = Edition(ROOT, "zh_Hans")
    by_name = {document.name: document for document in edition.documents}

    def words(name: str) -> str:
        catalogue = edition.catalogue(name)
        said = [catalogue.translation(m) or "" for m in collect(by_name[name])]
        return "\n".join(said).replace("*", "")

    lessons = {n: words(n) for n in by_name if re.match(r"notebooks/\d.*ipynb", n)}
    terms = re.findall(
        r"^\| (.+?) \| (.+?) \| .*\]\((\w+\.ipynb)#",
        (ROOT / "notebooks" / "glossary.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    other = [
        (term, chinese)
        for term, chinese, lesson in terms
        if re.split("[（，]", chinese)[0] not in lessons[f"notebooks/{lesson}"]
    ]

    assert len(terms) > 100 and other == []


def test_the_readme_of_an_edition_is_in_step():
    """What a visitor reads in another language was made of today's README."""
    for language in editions(ROOT):
        made = Edition(ROOT, language).readme()
        assert made is None or made[0].read_text(encoding="utf-8") == made[1]


def test_blocks_joined_are_the_text_and_formulas_are_no_messages():
    """Empty lines, fences and formulas stay where they are."""
    source = (
        "\none\n\n```\na\n\nb\n```\n\n$$x$$\n\n| a1 | beta |\n|---|---|\n| x | yes |\n"
    )
    seen = []

    assert "".join(gap + block for gap, block in blocks(source)) == source
    assert rewrite(source, lambda text: seen.append(text) or text) == source
    assert seen == ["one", "| a1 | beta |", "| x | yes |"]


DAMAGED = [
    ("markdown", "See [it](a.md#b).", "见[它](a.md#c)。", "link a.md#b is missing"),
    ("markdown", "A `code` here.", "代码在此。", "code code is missing"),
    ("markdown", "The $x^2$.", "$x^3$。", "formula x^2 is missing"),
    ("markdown", "**Bold.** Then.", "**粗体。**然后", "strong is missing"),
    ("markdown", "- one\n- two", "- 一、二", "another structure"),
    ("markdown", "| a | b |", "| 甲，乙 |", "cell of a table is missing"),
    ("markdown", "About 12 minutes.", "约 21 分钟。", "12 is missing"),
    ("markdown", "<details><summary>Why</summary>", "<details>为何", "tag <summary>"),
    ("template", "{a} of {b:.1f}", "{b:.2f} 之 {a}", "{b:.1f} is missing"),
    ("template", "{a} of", "{a 之", "braces"),
    ("hint", "Look at {index}. Why?", "为什么？", "{index} is missing"),
    ("docstring", "X : array", "Y : 数组", "name of a parameter"),
    ("string", "cost ", "代价", "spaces"),
]


@pytest.mark.parametrize("kind, text, translation, said", DAMAGED)
def test_what_is_damaged_is_named(kind, text, translation, said):
    """A translation has all that the text has besides words, and nothing more."""
    found = damages(Message(text, kind=kind), translation)

    assert any(said in reason for reason in found), found


def test_a_whole_translation_has_no_damage():
    """Words may change their order, formulas with them."""
    message = Message("The *mean* of `m` numbers is $\\mu$; see [2](#a).")

    assert damages(message, "见 [2](#a)：`m` 个数的*均值*是 $\\mu$。") == []


def test_a_wide_mark_has_no_space_beside_it():
    """What follows a number in print begins with a space in English alone."""
    message = Message(" (95 % of {m}), ", kind="template")

    assert damages(message, "（{m} 的 95 %），") == []
    assert damages(message, "{m} 的 95 %") == ["other spaces or line ends at its ends"]
    rules = Edition(ROOT, "zh_Hans").rules
    assert rules.breaches(message, " （{m} 的 95 %），")
    assert rules.breaches(message, "（{m} 的 95 %）， ")


def test_terms_and_typography_are_rules_of_the_language():
    """Both stand in the settings of an edition; a phrase may be no term."""
    rules = Rules(
        [Rule(re.compile("[一-鿿]\ue000"), "no space")],
        {"cost": ["代价"], "costs no marks": []},
    )

    def breaches(text: str, translation: str) -> list[str]:
        return rules.breaches(Message(text), translation)

    assert breaches("The costs.", "成本。") == ["the term 'cost' is not 代价"]
    assert breaches("It costs no marks.", "不扣分。") == []
    assert breaches("`cost` is a name.", "`cost` 是名字。") == []
    assert breaches("It is `a`.", "它叫`a`") == ["no space: '它叫…'"]


def test_a_changed_text_keeps_its_translation_as_fuzzy(tmp_path):
    """Merging loses no work, and says what to look at."""
    catalogue = Catalogue(tmp_path / "a.po", "qps")
    old, moved = Message("The mean of all rows.", "one"), Message("Same.", "one")
    catalogue.update([old, moved])
    catalogue.add(old, "OLD")
    catalogue.add(moved, "SAME")
    new, there = Message("The mean of all columns.", "one"), Message("Same.", "two")

    catalogue.update([there, new, Message("Another thing.", "one")])
    catalogue.write()
    read = Catalogue(tmp_path / "a.po", "qps")

    assert read.translation(new) is None and read.is_fuzzy(new)
    assert read.translation(there) == "SAME"
    read.update([old])
    assert read.translation(old) == "OLD"


def test_the_catalogues_of_the_course_can_be_read():
    """Each edition has settings and whole strings; what else lacks is told apart."""
    for language in editions(ROOT):
        edition = Edition(ROOT, language)
        for document in edition.documents:
            edition.catalogue(document.name)
        assert catalogue_path(ROOT, language, documents.STRINGS).is_file()
        assert (strings.FOLDER / f"{language}.toml").is_file()


@pytest.mark.parametrize("language", editions(ROOT))
def test_the_strings_are_those_of_the_catalogue(language, monkeypatch, tmp_path):
    """Learners get what the translator wrote last."""
    kept = (strings.FOLDER / f"{language}.toml").read_text("utf-8")
    shutil.copy(strings.FOLDER / "en.toml", tmp_path)
    monkeypatch.setattr(strings, "FOLDER", tmp_path)

    made = Edition(ROOT, language).write_strings()

    assert made.read_text("utf-8") == kept, (
        f"call `python -m autograder translations update {language}`"
    )


def test_the_font_of_an_edition_is_small_and_has_every_sign_that_is_used():
    """A fresh machine without Chinese fonts shows every figure."""
    for path in fonts.FOLDER.glob("*.otf"):
        assert path.stat().st_size < 2_000_000
        assert "SIL OPEN FONT LICENSE" in path.with_name("OFL.txt").read_text("utf-8")
        table = tomllib.loads((strings.FOLDER / f"{path.stem}.toml").read_text("utf-8"))
        signs = {c for c in json.dumps(table, ensure_ascii=False) if ord(c) > 0x2E80}
        known = set(FT2Font(str(path)).get_charmap())
        assert signs and not {c for c in signs if ord(c) not in known}


def test_figures_use_the_font_in_its_edition_alone(recwarn):
    """Chinese is drawn without a missing glyph, and English as before."""
    with strings.speaking("zh_Hans"):
        assert fonts.font_style()["font.family"] == ["DejaVu Sans", "Noto Sans SC"]
        figure, axes = new_figure()
        axes.set_title("代价与迭代次数")
        figure.to_png()
        with matplotlib.rc_context():
            for draw in (
                lambda: lines(panels()[0], [0, 1], {"代价": [1, 0]}, title="训练"),
                lambda: diagram({"a": (0, 0, "计算图")}, [], title="前向"),
                lambda: layers_diagram([1, 1], captions=["输入", "输出"]),
            ):
                draw()
                plt.gcf().canvas.draw()
                plt.close()

    assert fonts.font_style() == {}
    assert not [w for w in recwarn if "missing from" in str(w.message)]


@pytest.fixture
def kept_back(course):
    """Return a function that changes one translation, and says what was refused."""

    def refused(document: str, begins: str, change: Callable) -> str:
        edition = Edition(course.root, pseudo.LANGUAGE)
        assert edition.lacks("01_tiny") == []
        name = next(d for d in edition.documents if d.name.endswith(document))
        message = next(m for m in collect(name) if m.text.startswith(begins))
        catalogue = edition.catalogue(name.name)
        whole = catalogue.path.read_text(encoding="utf-8")
        release = course.root / "release" / "01_tiny" / "tiny.ipynb"
        before = release.read_bytes()
        try:
            change(catalogue, message)
            catalogue.write()
            with pytest.raises(CourseError) as error:
                course.generate("01_tiny")
        finally:
            catalogue.path.write_text(whole, encoding="utf-8")
        assert before == release.read_bytes()
        return str(error.value)

    return refused


@pytest.mark.slow
def test_an_edition_is_released_only_whole(kept_back):
    """One missing text, one fuzzy or one damaged keeps an assignment back."""

    def unsure(catalogue: Catalogue, message: Message) -> None:
        catalogue._entries[message.context, message.text].flags.append("fuzzy")

    for kind, change in {
        "missing": lambda catalogue, message: catalogue.add(message, ""),
        "damaged": lambda catalogue, message: catalogue.add(message, "9 `parts`"),
        "fuzzy": unsure,
    }.items():
        said = kept_back("tiny.ipynb", "Two functions", change)
        first = f"tiny.ipynb, title: {kind}: Two functions."
        assert (
            f"1 texts are not translated into qps, the first: source/01_tiny/{first}"
            in said
        )


@pytest.mark.slow
def test_no_hint_of_an_edition_gives_the_solution_away(kept_back):
    """A translator's hint is held to the rule that the English one is held to."""
    answer = "Whát íís Z ííf nót centre(X)?"

    said = kept_back(
        "misconceptions.toml",
        "Is the spread of",
        lambda catalogue, message: catalogue.add(message, answer),
    )

    assert "the hint of 'not centred' contains" in said


def test_a_page_of_an_edition_is_made_only_whole(own_strings, tmp_path):
    """What an earlier run made of a page says what English says no more: it goes."""
    page = tmp_path / "notebooks" / "reference.md"
    page.parent.mkdir()
    page.write_text("# One\n\nThe mean of all rows.\n")
    folder = tmp_path / "translations" / pseudo.LANGUAGE
    folder.mkdir(parents=True)
    (folder / "edition.toml").write_text(pseudo.SETTINGS)
    edition = Edition(tmp_path, pseudo.LANGUAGE)
    pseudo.fill(edition)
    assert write_lessons(edition) == (["notebooks/reference.md"], {})
    made = edition_folder(tmp_path, pseudo.LANGUAGE) / "notebooks" / "reference.md"
    assert "Théé mééáán" in made.read_text("utf-8")

    page.write_text("# One\n\nThe mean of all columns.\n")
    edition.update()

    written, lacking = write_lessons(edition)
    assert written == [] and not made.exists()
    assert [found.kind for found in lacking["notebooks/reference.md"]] == ["fuzzy"]


@pytest.mark.slow
@pytest.mark.parametrize("language", editions(ROOT))
def test_links_of_an_edition_lead_to_sections_that_it_has(language):
    """An anchor is the heading in the edition's words, on the page it leads to."""
    edition, made = Edition(ROOT, language), {}
    for document in edition.documents:
        if document.kind == "page":
            made[document.name] = edition.page(document)
        elif document.kind == "notebook":
            form = json.loads(document.path.read_text(encoding="utf-8"))
            form["cells"] = [c for c in form["cells"] if c["cell_type"] == "markdown"]
            cells = edition.notebook(form, document.name)["cells"]
            made[document.name] = "\n\n".join("".join(c["source"]) for c in cells)
    sections = {
        Path(name).name: {title.replace(" ", "-") for title in headings(text)}
        for name, text in made.items()
    }

    lost, found = [], 0
    for name, text in made.items():
        for path, section in re.findall(r"\]\(([^()\s:]*)#([^()\s]+)\)", text):
            goal = Path(path or name).name
            found += 1
            if goal not in sections:  # a page that no edition translates
                page = (ROOT / name).parent / path
                titles = headings(page.read_text(encoding="utf-8"))
                sections[goal] = {title.replace(" ", "-") for title in titles}
            if unquote(section) not in sections[goal]:
                lost.append(f"{name}: {path}#{section}")

    assert found > 200 and lost == []


@pytest.mark.slow
def test_an_edition_has_equal_cells_and_no_english(course, edition_release):
    """Ids, types, code and points are equal; every word of prose is translated."""
    english = nbformat.read(
        course.root / "release" / "01_tiny" / "tiny.ipynb", as_version=4
    )
    own = nbformat.read(edition_release / "tiny.ipynb", as_version=4)

    assert [c.id for c in english.cells] == [c.id for c in own.cells]
    prose = [c.source for c in own.cells if c.cell_type == "markdown"]
    assert prose and not any(PLAIN.search(text) for text in prose)
    cases = json.loads((edition_release / "tiny.cases.json").read_text("utf-8"))
    for body in cases["functions"].values():
        for entry in body["entries"]:
            words = re.sub(r"\{\w+\}", "", entry["hint"] + entry["title"])
            assert not PLAIN.search(words)


WORK = {
    "right": [
        ("mu = None", "mu = X.mean(axis=1, keepdims=True)"),
        ("Z = None", "Z = X - mu"),
    ],
    "mistaken": [("mu = None", "mu = np.mean(X)"), ("Z = None", "Z = X - mu")],
    "nobody": [],
}


@pytest.mark.slow
def test_a_submission_gets_the_same_marks_in_any_edition(course, edition_release):
    """Rows are equal, and each page is in the language that was handed in."""
    for folder, ending in (
        (course.root / "release" / "01_tiny", "en"),
        (edition_release, "own"),
    ):
        for name, changes in WORK.items():
            student = f"{name}-{ending}"
            target = course.root / "submitted" / student / "01_tiny"
            shutil.copytree(folder, target)
            notebook = nbformat.read(target / "tiny.ipynb", as_version=4)
            # Metadata are lost on some ways; the texts tell the edition.
            notebook.metadata.pop("course", None)
            cell = next(c for c in notebook.cells if c.id == "centre")
            for old, new in changes:
                cell.source = cell.source.replace(old, new)
            nbformat.write(notebook, target / "tiny.ipynb")
            assert autograde(course, "01_tiny", student) == ""
            assert feedback(course, "01_tiny", student) == ""

    rows = {row.student: row for row in course.grades("01_tiny")}
    for name in WORK:
        one, other = (vars(rows[f"{name}-{ending}"]) for ending in ("en", "own"))
        assert one | {"student": ""} == other | {"student": ""}
    assert rows["right-own"].marks.code > rows["mistaken-own"].marks.code

    def page(student: str) -> str:
        path = course.root / "feedback" / student / "01_tiny" / "tiny.html"
        return path.read_text(encoding="utf-8")

    assert '<html lang="en">' in page("mistaken-en")
    assert '<html lang="qps">' in page("mistaken-own")
    assert "mean over everything" in page("mistaken-en")
    assert "mééáán óóvéér éévéérythííng" in page("mistaken-own")
    assert "Whóóséé mééáán dííd yóóúú táákéé óóff" in page("mistaken-own")
    assert "Nóót wháát" not in page("mistaken-en")
    assert "máárks" not in page("mistaken-en")
    assert "All" not in page("right-own").split('id="notebook"')[1]


@pytest.mark.slow
def test_what_an_edition_lacks_is_there_in_english(course, edition_release):
    """A workspace of an edition is whole, and so are its links."""
    lesson = course.root / "notebooks" / "01_lesson.ipynb"
    lesson.parent.mkdir(exist_ok=True)
    lesson.write_text("{}")

    files = workspace_files(course.root, pseudo.LANGUAGE)

    assert edition_release / "tiny.ipynb" == files["assignments/01_tiny/tiny.ipynb"]
    assert lesson == files["notebooks/01_lesson.ipynb"]
    lesson.unlink()
    with pytest.raises(CourseError, match="EDITION=zz"):
        workspace_files(course.root, "zz")


@pytest.mark.slow
def test_a_course_may_choose_another_language_for_its_release(course, tmp_path):
    """What nbgrader releases is then that edition; English is still understood."""
    root = tmp_path / "course"
    shutil.copytree(course.root / "source", root / "source")
    shutil.copytree(course.root / "release", root / "release")
    shutil.copytree(course.root / "translations", root / "translations")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    with (root / "nbgrader_config.py").open("a") as file:
        file.write(f"\nc.ReleaseExporter.edition = {pseudo.LANGUAGE!r}\n")

    Course(root).generate("01_tiny")

    made = (root / "release/01_tiny/tiny.ipynb").read_text("utf-8")
    assert "Twóó fúúnctííóóns." in made
    store = json.loads((root / "cases/01_tiny/tiny.json").read_text("utf-8"))
    assert store["own"] == pseudo.LANGUAGE
    assert "Two functions." in json.dumps(store["released"])
