"""Names that strangers chose do nothing where they are shown."""

import re

import nbformat
import numpy as np
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.server_extensions.formgrader import handlers
from rich.markup import escape
from traitlets.config import PyFileConfigLoader

from autograder import names
from autograder.cli.console import console
from autograder.doors.summary import _said
from autograder.reports.appeal import _leaves
from tests.conftest import ROOT


@pytest.mark.parametrize(
    "name", ["ada", "李 小龙", "O'Neill-2", "نیم\u200cفاصله", "a.b@c.org"]
)
def test_ordinary_names_are_usable(name):
    """Any script, and what people have in their names."""
    assert (names.unusable(name), names.plain(name)) == ("", name)


@pytest.mark.parametrize(
    "name",
    [
        "<b>",
        "*",
        "[a-z]da",
        "ad?",
        'x";alert(1);"',
        "a\nb",
        "a\x1b[2J",
        "\u202eb",
        "a" * 129,
    ],
)
def test_names_that_pages_or_terminals_obey_are_not_usable(name):
    """Each is refused with a reason that obeys nothing itself."""
    reason = names.unusable(name)

    assert "rename the folder" in reason
    assert names.plain(reason) == reason


def test_names_are_escaped_on_the_page_for_manual_grading(tmp_path):
    """Formgrader's own template shows them as they are; what it gets is escaped."""
    loader = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT))
    config = loader.load_config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    path = tmp_path / "tiny.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), path)
    script = "<script>stolen()</script>"
    people = {
        "student": f"eve{script}",
        "first_name": f"Eve{script}",
        "last_name": f"<img src=x onerror=stolen()>{script}",
    }
    page, _ = HTMLExporter(config=config).from_filename(
        str(path),
        resources={
            **people,
            **dict.fromkeys(("assignment_id", "notebook_id", "base_url"), "a"),
            **dict.fromkeys(("submission_id", "notebook_path", "filename"), "b"),
            **dict.fromkeys(("index", "total", "mathjax_url"), 1),
        },
    )

    assert script not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;stolen()" in page


def test_what_a_function_returned_commands_no_terminal():
    """An appeal shows graders the names and texts in an answer."""
    value = {"\x1b[2J": "\x1b]0;x\x07", "\u202e": np.ones(2), "\u05d0": "\r\n"}

    shown = _leaves(value, "returned")

    assert [c for c in shown if c in "\x1b\x07\r\u202e"] == []
    assert "\u05d0" in shown


@pytest.mark.parametrize("name", [":warning:", "[bold]a[/]", "[link=x]a", "[/b]"])
def test_names_are_shown_as_they_are_in_a_terminal(name):
    """No picture stands for them, and none is markup."""
    with console.capture() as said:
        console.print(escape(names.plain(name)))

    assert said.get() == f"{name}\n"


def test_a_summary_for_a_page_has_no_links_or_formulas():
    """Wherever a learner's words come into it."""
    for words in ("www.x.org", "http://x.org", "a@x.org", "$x$", "[a](b)", "<b>"):
        said = _said(f"{words} {words}")
        assert re.sub(r"\\(?=\W)", "", said) == f"{words} {words}"
        assert not re.search(r"www\.|://|(?<!\\)[@$\[<]", said)
