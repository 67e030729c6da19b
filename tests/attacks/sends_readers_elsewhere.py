"""Send readers elsewhere: forms, frames, refreshes, addresses of scripts and data."""

import re

STOCK = "it is about pages that other people open"
PARTS = (
    '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
    '<base href="https://evil.example/">',
    '<form action="https://evil.example/"><button>Next</button></form>',
    '<iframe src="https://evil.example/"></iframe>',
    '<iframe srcdoc="<script>stolen_7742()</script>"></iframe>',
    '<object data="https://evil.example/"></object><embed src="data:text/html,x">',
    '<a href="javascript:stolen_7742()">x</a><a href="data:text/html,x">x</a>',
    '<a href="JaVa\tScRiPt:stolen_7742()" target=_top ping="//evil.example">x</a>',
    '<a href="vbscript:x"></a><a href="//evil.example"></a><a href="/formgrader"></a>',
    '<map><area href="https://evil.example/"></map><link rel="prefetch" href="//a.b">',
    '<svg><a xlink:href="javascript:stolen_7742()"><text>x</text></a></svg>',
    '<math><maction actiontype="statusline" xlink:href="javascript:x">x</maction>',
    '<video poster="//evil.example/x"></video><img srcset="//evil.example/x 1x">',
    '<p style="background:url(//evil.example/x);content:url(//evil.example/x)">x</p>',
    "</div></body></html><!-- <![CDATA[ <textarea><title><plaintext>",
)
FIRST = f"""
from IPython.display import HTML, Latex, Markdown, display
for part in {PARTS!r}:
    display(HTML(part), Markdown(part), Latex("$" + part + "$"))
    display({{"image/svg+xml": part, "text/plain": part}}, raw=True)
print("TRIED")
"""
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "why": "\n\n".join(PARTS[:-1]) + "\n\n[x](javascript:x) <javascript:x> ![x](//a.b)",
}
LIVE = re.compile(
    r"<(?:meta[^>]*refresh|base|form|button|iframe|object|embed|area|link|svg|video)\b"
    r"|<[^>]*(?:href|src|action|poster|srcset|ping)\s*=\s*['\"]?\s*(?!#|https?:|mailto:|data:"
    r"image/)[^'\"> ]|<[^>]*\bping=|<[^>]*url\(",
    re.IGNORECASE,
)


def harm(place):
    """Look for anything of these that is alive in the learner's part of the page."""
    pages = (place.root / "feedback" / place.name).rglob("*.html")
    bodies = [page.read_text().partition('id="notebook"')[2] for page in pages]
    return [found[0][:120] for text in bodies for found in LIVE.finditer(text)]
