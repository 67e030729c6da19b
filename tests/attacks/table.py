"""Measure what each attack earns on stock nbgrader and here; write the table.

``python -m tests.attacks.table`` (or ``make attacks``) tries all attacks in each
form of isolation and on stock nbgrader, and writes ``docs/security.md``. It needs
Linux with namespaces and Landlock, and half an hour. ``python -m tests.attacks.table
landlock`` measures one part again; the others are kept in ``build/attacks``.
"""

from __future__ import annotations

import json
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
KEPT = suite.ROOT / "build" / "attacks"
BEGIN = "<!-- written by python -m tests.attacks.table -->"
END = "<!-- end of what it wrote -->"
PACKAGES = ("nbgrader", "nbclient", "ipykernel", "ipython", "numpy")
STOCK = "stock"
SHOWN = {
    STOCK: "stock",
    "both": "here",
    "landlock": "Landlock only",
    "namespaces": "namespaces only",
}
COLUMNS = (
    *("attack", "what it tries", "deserved"),
    *(f"{where}: {what}" for where in SHOWN.values() for what in ("points", "bytes")),
)


def main(parts: list[str]) -> None:
    """Measure some parts, or all, and write what is known."""
    attacks = suite.attacks()
    os.environ["A_SECRET_TOKEN"] = suite.CANARIES["environment"]
    KEPT.mkdir(parents=True, exist_ok=True)
    for part in parts or SHOWN:
        found = stock.measure() if part == STOCK else tried(attacks, part)
        (KEPT / f"{part}.json").write_text(json.dumps(found))
    found = {part: json.loads((KEPT / f"{part}.json").read_text()) for part in SHOWN}
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    body = page_part(attacks, found)
    PAGE.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", encoding="utf-8")
    sys.stdout.write(body.split("\n\n")[0] + "\n")


def tried(attacks: dict[str, ModuleType], form: str) -> dict[str, dict]:
    """Try all attacks in one form of isolation; return what came of each."""
    with tempfile.TemporaryDirectory(prefix="attacks-") as folder:
        batch = suite.Batch(Path(folder), attacks, form)
        said = (batch.run.stdout + batch.run.stderr).decode(errors="replace")
        if "Traceback" in said or set(batch.honest.values()) != {suite.POINTS}:
            raise RuntimeError(f"{form}: {batch.honest}\n{said[-5000:]}")
        return {name: ours(batch.outcome(name)) for name in attacks}


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


def page_part(attacks: dict[str, ModuleType], found: dict[str, dict]) -> str:
    """Return what stands between the marks in the page."""
    rows, left_out = [], []
    there, forms = found[STOCK], [part for part in SHOWN if part != STOCK]
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
        row = [f"`{name}`", said, shown, points, hidden]
        for form in forms:
            row += cells(found[form][name], deserved)
        rows.append("| " + " | ".join(row) + " |")
    reasons = sorted({why for why, _ in left_out})
    lines = [
        f"- {why}: " + ", ".join(f"`{name}`" for r, name in left_out if r == why)
        for why in reasons
    ]
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    kernel = platform.release().partition("-")[0]
    deserved = {n: getattr(m, "HONEST", suite.HONEST) for n, m in attacks.items()}
    fair = {n: getattr(m, "HONEST_STOCK", deserved[n]) for n, m in attacks.items()}
    paid = sum(pays(one, fair[name]) for name, one in there.items())
    here = {
        form: sum(pays(one, deserved[name]) for name, one in found[form].items())
        for form in forms
    }
    return "\n".join(
        [
            f"Of {len(there)} attacks that were tried on stock nbgrader, {paid} paid "
            "(undeserved points, hidden text, something reached, or another's work "
            f"changed). Of {len(attacks)} that were tried here, {here['both']} paid "
            f"with namespaces and Landlock, {here['landlock']} with Landlock only, "
            f"{here['namespaces']} with namespaces only.",
            "",
            f"Measured with Python {platform.python_version()}, {versions}, "
            f"{platform.system()} {kernel}.",
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
    main(sys.argv[1:])
