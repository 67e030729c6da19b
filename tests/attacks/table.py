"""Measure what each attack earns on stock nbgrader and here; write the table.

``python -m tests.attacks.table`` (or ``make attacks``) writes it into
``docs/security.md``. It takes some minutes, and Linux with namespaces.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from tests.attacks import stock, suite

PAGE = suite.ROOT / "docs" / "security.md"
BEGIN = "<!-- written by python -m tests.attacks.table -->"
END = "<!-- end of what it wrote -->"
PACKAGES = ("nbgrader", "nbclient", "ipykernel", "ipython", "numpy")
COLUMNS = (
    *("attack", "what it tries", "deserved"),
    *(
        f"{where}: {what}"
        for where in ("stock", "here")
        for what in ("points", "bytes")
    ),
)


def main() -> None:
    """Measure and write."""
    attacks = suite.attacks()
    os.environ["A_SECRET_TOKEN"] = suite.CANARIES["environment"]
    with tempfile.TemporaryDirectory(prefix="attacks-") as folder:
        batch = suite.Batch(Path(folder), attacks)
        here = {name: ours(batch.outcome(name)) for name in attacks}
        isolation = {one for row in batch.rows.values() for one in row["isolation"]}
    there = stock.measure()
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    body = page_part(attacks, here, there, sorted(isolation))
    PAGE.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", encoding="utf-8")
    sys.stdout.write(body.split("\n\n")[0] + "\n")


def ours(outcome: suite.Outcome) -> dict:
    """Return what came of an attack here."""
    hidden = (suite.HIDDEN, *suite.CANARIES.values())
    return {
        "graded": outcome.mark is not None,
        "points": outcome.mark or 0.0,
        "bytes": sum(len(text) for text in hidden if text in outcome.visible),
        "reached": "REACHED" in outcome.printed,
        "others": bool(outcome.harm),
    }


def page_part(
    attacks: dict[str, ModuleType], here: dict, there: dict, isolation: list[str]
) -> str:
    """Return what stands between the marks in the page."""
    rows, left_out = [], []
    for name, module in attacks.items():
        deserved = getattr(module, "HONEST", suite.HONEST)
        said = (module.__doc__ or "").strip().splitlines()[0]
        if name in there:
            fair = getattr(module, "HONEST_STOCK", deserved)
            points, hidden = cells(there[name], fair)
            shown = f"{fair:g}" if fair == deserved else f"{fair:g}; here {deserved:g}"
        else:
            points = hidden = "–"
            shown = f"{deserved:g}"
            left_out.append((module.STOCK, name))
        if getattr(module, "REFUSED", False):
            shown = "0"
        row = [f"`{name}`", said, shown, points, hidden, *cells(here[name], deserved)]
        rows.append("| " + " | ".join(row) + " |")
    reasons = sorted({why for why, _ in left_out})
    lines = [
        f"- {why}: " + ", ".join(f"`{name}`" for r, name in left_out if r == why)
        for why in reasons
    ]
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    kernel = platform.release().partition("-")[0]
    fair = {
        n: getattr(m, "HONEST_STOCK", getattr(m, "HONEST", suite.HONEST))
        for n, m in attacks.items()
    }
    paid = sum(pays(found, fair[name]) for name, found in there.items())
    deserved = {n: getattr(m, "HONEST", suite.HONEST) for n, m in attacks.items()}
    here_paid = sum(pays(found, deserved[name]) for name, found in here.items())
    return "\n".join(
        [
            f"Of {len(there)} attacks that were tried on stock nbgrader, {paid} paid "
            "(undeserved points, hidden text, something reached, or another's work "
            f"changed). Of {len(here)} that were tried here, {here_paid} paid.",
            "",
            f"Measured with Python {platform.python_version()}, {versions}, "
            f"{platform.system()} {kernel}; isolation: {', '.join(isolation)}.",
            "",
            f"| {' | '.join(COLUMNS)} |",
            "|---" * len(COLUMNS) + "|",
            *rows,
            "",
            "Not tried on stock nbgrader, because",
            "",
            *lines,
        ]
    )


def cells(found: dict, deserved: float) -> tuple[str, str]:
    """Return the cells of points and hidden bytes; what pays stands in bold."""
    points = f"{found['points']:g}" if found["graded"] else "refused"
    if found["points"] > deserved:
        points = f"**{points}**"
    if found["others"]:
        points += ", **changed other work**"
    hidden = f"**{found['bytes']}**" if found["bytes"] else "0"
    if found["reached"] and not found["bytes"]:
        hidden += ", **reached**"
    return points, hidden


def pays(found: dict, deserved: float) -> bool:
    """Say whether an attack paid."""
    gained = found["points"] > deserved
    return bool(gained or found["bytes"] or found["reached"] or found["others"])


def listed(page: str) -> list[str]:
    """Return the names of the attacks in the table of a page."""
    return re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE)


if __name__ == "__main__":
    main()
