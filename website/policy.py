"""What a page may load and run: each says so itself, whichever host serves it."""

import base64
import hashlib
import re

__all__ = ["with_policy"]

INLINE = re.compile(r"<script>(.*?)</script>", re.S)
CHARSET = re.compile(r'<meta charset="utf-8"\s*/?>')
# The theme sets colours in the page itself, and draws its icons from addresses of data.
RULES = (
    "default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'"
)


def with_policy(page: str) -> str:
    """Return a page with its Content-Security-Policy.

    Parameters
    ----------
    page : str
        HTML. Scripts that stand in it now are the only ones that may stand in it.

    Returns
    -------
    str
        The same with a ``meta`` element after its character set.

    Raises
    ------
    ValueError
        If the page does not say its character set.
    """
    digests = {
        base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        for code in INLINE.findall(page)
    }
    scripts = " ".join(["'self'", *sorted(f"'sha256-{told}'" for told in digests)])
    rules = RULES.format(scripts=scripts)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{rules}">'
    page, count = CHARSET.subn(lambda found: f"{found[0]}{meta}", page, count=1)
    if not count:
        raise ValueError("a page without a character set")
    return page
