"""Measure what each attack earns on stock nbgrader and here; write the table.

``python -m tests.attacks.table`` (or ``make attacks``) tries all attacks in each
form of isolation and on stock nbgrader, and writes ``docs/security.md``. It needs
Linux with namespaces and Landlock, and half an hour. ``python -m tests.attacks.table
landlock`` measures one part again; the others are kept in ``build/attacks``.
Names of attacks that are not for stock nbgrader measure these alone, and put their
rows among the others.
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
    if chosen := {name: attacks[name] for name in parts if name in attacks}:
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(with_rows(text, attacks, chosen), encoding="utf-8")
        return
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


def with_rows(text: str, attacks: dict, chosen: dict) -> str:
    """Return the page with some attacks measured anew, or for the first time."""
    found: dict[str, dict] = {STOCK: {}}
    found |= {form: tried(chosen, form) for form in SHOWN if form != STOCK}
    new = dict(zip(chosen, rows_of(chosen, found)))
    heads = [line for line in text.splitlines() if line.startswith("| attack |")]
    table = text.split(heads[0])[1].split("\n\n")[0].splitlines()[2:]
    rows = {line.split("`")[1]: line for line in table} | new
    kept = [rows[name] for name in attacks]
    text = text.replace("\n".join(table), "\n".join(kept))
    if any(pays(one, suite.HONEST) for part in found.values() for one in part.values()):
        raise RuntimeError(f"an attack pays: {found}")
    text = re.sub(
        r"Of \d+ that were tried here", f"Of {len(kept)} that were tried here", text
    )
    reasons = text.split("nbgrader, because\n\n")[1].split(f"\n{END}")[0]
    return text.replace(reasons, "\n".join(reasons_of(attacks)))


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
    there, forms = found[STOCK], [part for part in SHOWN if part != STOCK]
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
            *rows_of(attacks, found),
            "",
            "Not tried on stock nbgrader, because",
            "",
            *reasons_of(attacks),
        ]
    )


def rows_of(attacks: dict[str, ModuleType], found: dict[str, dict]) -> list[str]:
    """Return a row of the table for each attack."""
    rows = []
    there = found[STOCK]
    for name, module in attacks.items():
        deserved = getattr(module, "HONEST", suite.HONEST)
        said = (module.__doc__ or "").strip().splitlines()[0]
        points = hidden = "–"
        shown = f"{deserved:g}"
        if name in there:
            fair = getattr(module, "HONEST_STOCK", deserved)
            points, hidden = cells(there[name], fair)
            shown = f"{fair:g}" if fair == deserved else f"{fair:g}; here {deserved:g}"
        if getattr(module, "REFUSED", False):
            shown = "0"
        row = [f"`{name}`", said, shown, points, hidden]
        for form in SHOWN:
            if form != STOCK:
                row += cells(found[form][name], deserved)
        rows.append("| " + " | ".join(row) + " |")
    return rows


def reasons_of(attacks: dict[str, ModuleType]) -> list[str]:
    """Return a line for each reason why attacks are not tried on stock nbgrader."""
    left_out: dict[str, list[str]] = {}
    for name, module in attacks.items():
        if hasattr(module, "STOCK"):
            left_out.setdefault(module.STOCK, []).append(f"`{name}`")
    return [f"- {why}: {', '.join(names)}" for why, names in sorted(left_out.items())]


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
