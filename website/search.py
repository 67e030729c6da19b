"""Words of the full-text search: of English, and of Chinese without a dictionary.

Chinese has no spaces between words. Each pair of neighbouring characters is indexed,
and a query is divided in the same way, so that every word is found, also one that no
dictionary has. Both editions use it: the English one has Chinese terms.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

__all__ = ["ChineseWords", "Words", "register"]

CHINESE = "\u3400-\u4dbf\u4e00-\u9fff"
RUN = re.compile(rf"[{CHINESE}]+|[^\W{CHINESE}]+")
# The same in the browser.
SPLITTER = """
function splitQuery(query) {
  const runs = query.match(/[CHINESE]+|[^\\P{L}CHINESE]+|[\\p{N}\\p{L}_]+/gu) || [];
  return runs.flatMap((run) =>
    /[CHINESE]/.test(run) && run.length > 1
      ? [...run].slice(1).map((character, k) => run[k] + character)
      : [run]);
}
""".replace("CHINESE", CHINESE)


class Words(SearchEnglish):
    """How texts and queries are divided into words."""

    js_splitter_code = SPLITTER

    def split(self, input: str) -> list[str]:
        """Return the words of a text: Latin ones, and pairs of Chinese characters.

        Parameters
        ----------
        input : str
            Any text.

        Returns
        -------
        list of str
            Single characters too, for words of one.

        Examples
        --------
        >>> Words({}).split("学习率 alpha")
        ['学', '习', '率', '学习', '习率', 'alpha']
        """
        found = []
        for run in RUN.findall(input):
            if re.match(f"[{CHINESE}]", run):
                found += [*run, *(run[k : k + 2] for k in range(len(run) - 1))]
            else:
                found.append(run)
        return found


class ChineseWords(Words):
    """The same, where pages are Chinese."""

    lang = "zh"


def _add(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Lead results to sections, on the page that shows them."""
    if pagename == "search":
        app.add_js_file("results.js", defer="defer")


def register(app: Sphinx) -> None:
    """Register the words for English and for Chinese, and what leads to sections."""
    app.connect("html-page-context", _add)
    app.add_search_language(Words)
    app.add_search_language(ChineseWords)
