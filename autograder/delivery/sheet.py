"""The reference sheet as a page of its own, which a browser prints on two pages.

JupyterLab prints notebooks, but no Markdown.
"""

import re
from html import escape

from autograder.markup import clean_markdown

SHEET = "notebooks/reference.md"
PRINTED = "notebooks/reference.html"
PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 11mm 13mm; }}
body {{ font: 8.8pt/1.32 Arial, "Liberation Sans", "PingFang SC", "Microsoft YaHei",
  "Noto Sans CJK SC", "DejaVu Sans Condensed", sans-serif; color: #111;
  background: white;
  max-width: 184mm; margin: 0 auto; }}
@media screen {{ body {{ padding: 1em; }} }}
h1 {{ font-size: 14pt; margin: 0 0 .2em; }}
h2 {{ font-size: 10.5pt; margin: .6em 0 .2em; break-after: avoid; }}
p {{ margin: .2em 0; break-after: avoid; }}
table {{ border-collapse: collapse; margin: .2em 0; break-inside: avoid; }}
th, td {{ border-bottom: 1px solid #bbb; padding: .1em .9em .1em 0; text-align: left;
  vertical-align: baseline; }}
code {{ font: 8.6pt/1.2 Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono",
  monospace; }}
td:last-child code {{ white-space: nowrap; }}
math {{ font-family: "STIX Two Math", "Cambria Math", "Latin Modern Math", math;
  font-size: 9.4pt; }}
</style></head>
<body>
{body}
</body></html>
"""


def printable(text: str) -> str:
    """Return the sheet as a page that needs nothing else, its formulas as MathML."""
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    chinese = re.search(r"[\u4e00-\u9fff]", title[1] if title else "")
    return PAGE.format(
        language="zh-Hans" if chinese else "en",
        title=escape(title[1] if title else ""),
        body=clean_markdown(text),
    )
