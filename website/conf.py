"""Settings of Sphinx; `python -m website` calls it with what it has prepared."""

import json
import os
from pathlib import Path

from sphinx.application import Sphinx

from website import anchors, formulas, navigation, search, switch, terms

ROOT = Path(__file__).resolve().parents[1]
# What `website.__main__` says of this edition.
site = json.loads(Path(os.environ["SITE_SETTINGS"]).read_text(encoding="utf-8"))
words = site["words"]["site"]

project = words["title"]
author = "the authors of the course"
language = site["locale"]
locale_dirs = [site["locales"]]
extensions = [
    "myst_nb",
    "sphinx_copybutton",
]
exclude_patterns = ["downloads", "_static"]
templates_path = [str(ROOT / "website" / "templates")]
# Ours, and the figures of the lessons, which were prepared.
html_static_path = [str(ROOT / "website" / "static"), site["figures"]]

myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "dollarmath"]
myst_heading_anchors = 4
# Links of the notebooks are written for JupyterLab, which has its own rule.
myst_heading_slug_func = "website.anchors.jupyter_anchor"
myst_dmath_double_inline = True
nb_execution_mode = "off"
nb_code_prompt_show = words["show_code"]
nb_code_prompt_hide = words["hide_code"]
nb_merge_streams = True
copybutton_exclude = ".linenos, .gp, .go"
# Code that is a text in a document need not be Python.
highlight_language = "none"
suppress_warnings = ["misc.highlighting_failure"]

math_renderer = "mathml"
html_math_renderer = "mathml"
html_theme = "furo"
html_title = words["short"]
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0b5394",
        "color-brand-content": "#0b5394",
    },
    "dark_css_variables": {
        "color-brand-primary": "#8ab8f0",
        "color-brand-content": "#8ab8f0",
    },
}
html_favicon = "static/course-icon.svg"
html_css_files = ["course.css"]
html_js_files = [("course.js", {"defer": "defer"})]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_permalinks_icon = "#"
html_use_index = False
# Excerpts are of sections: see `static/results.js`.
html_show_search_summary = False
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/editions.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}


def setup(app: Sphinx) -> None:
    """Register what this site adds to Sphinx."""
    for part in (anchors, formulas, terms, switch, navigation, search):
        part.register(app)
