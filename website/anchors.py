"""Anchors of headings, by the rule of JupyterLab: the links of notebooks use it."""

import re

__all__ = ["jupyter_anchor"]


def jupyter_anchor(heading: str) -> str:
    """Return the anchor of a heading.

    Parameters
    ----------
    heading : str
        The text of the heading.

    Returns
    -------
    str
        The same with hyphens for spaces.

    Examples
    --------
    >>> jupyter_anchor("Row times column")
    'Row-times-column'
    """
    return re.sub(r"\s", "-", heading.strip())
