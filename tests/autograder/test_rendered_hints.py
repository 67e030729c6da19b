"""Every hint of the course, rendered as learners read it: its numbers are true."""

import re
from pathlib import Path

import numpy as np
import pytest

from autograder.authoring.sources import examples_in
from helpers.checks.cases import read_cases
from helpers.checks.recognition import Run, best_results, named_inputs
from helpers.checks.report import evidence_of_runs, fill_hint
from helpers.checks.values import leaves, resolve

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("release/*/*.cases.json"))
# Arrays that have one column, or one entry, for each example.
OF_EXAMPLES = ("Y", "y", "dZ", "dA", "X")


def rendered():
    """Yield each hint with placeholders, its rendering, and the public runs."""
    for path in FILES:
        for record in read_cases(path).functions.values():
            for entry in record.entries:
                if entry.wrong and "{" in entry.hint:
                    runs = [
                        Run(case, out, best_results(record, case, out))
                        for case in record.cases
                        for out in [case.entries[entry.name]]
                    ]
                    values = evidence_of_runs(record, runs).values
                    hint = fill_hint(entry.hint, values)
                    yield pytest.param(
                        record, entry, runs, hint, id=f"{record.name}: {entry.name}"
                    )


def numbers_in(pattern, said):
    """Return what stands in the places of a hint's placeholders, by name."""
    names = re.findall(r"\{(\w+)\}", pattern)
    parts = map(re.escape, re.split(r"\{\w+\}", pattern))
    match = re.fullmatch(r"(.+?)".join(parts), said)
    return list(zip(names, match.groups())) if match else []


def ratios_of(run):
    """Return the ratio of each wrong leaf that has a single one."""
    wrong = [result for result in run.results if not result.right]
    found = []
    for result in wrong:
        for item in result.differences:
            if item.kind != "value":
                continue
            want, got = np.ravel(item.expected), np.ravel(item.returned)
            each = got[want != 0] / want[want != 0]
            if each.size and np.allclose(each, each[0], rtol=1e-4):
                found.append(float(each[0]))
    return found


@pytest.mark.parametrize(("record", "entry", "runs", "hint"), list(rendered()))
def test_the_numbers_of_a_hint_are_those_of_one_case(record, entry, runs, hint):
    """Counted again from the inputs and the two answers, by other code."""
    given = numbers_in(entry.hint, hint)
    assert given, hint
    assert "?" not in [value for _, value in given]

    def true_of(run):
        inputs = named_inputs(record, run.case)
        counts = {
            np.shape(resolve(inputs[name]))[-1]
            for name in OF_EXAMPLES
            if name in inputs
        } or {np.shape(leaf)[-1] for _, leaf in leaves(inputs, "") if np.ndim(leaf)}
        ratios = ratios_of(run)
        for name, value in given:
            if name == "m" and (counts != {int(value)} or value == "1"):
                return False
            if (
                name == "ratio"
                and not np.isclose(ratios, float(value), rtol=1e-4).any()
            ):
                return False
        for times, side in re.findall(r"([\d.]+) times too (large|small)", hint):
            want = float(times) if side == "large" else 1 / float(times)
            if not np.isclose(ratios, want, rtol=1e-4).any():
                return False
        return True

    assert any(true_of(run) for run in runs if not run.right), hint


def test_a_hint_that_cannot_be_filled_loses_only_its_sentence():
    """No question mark stands where a number belongs."""
    hint = "Your db is {m} times too large. What is a mean?"

    assert fill_hint(hint, [{"m": "5", "ratio": "5"}]).startswith("Your db is 5")
    assert fill_hint(hint, [{"m": "5", "ratio": "2"}]) == "What is a mean?"
    assert fill_hint(hint, [{"m": "1", "ratio": "1"}]) == "What is a mean?"
    assert fill_hint(hint, []) == "What is a mean?"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("X : ndarray of shape (n_x, m)", "X"),
        ("yhat, y : ndarray of shape (m,)", "yhat"),
        ("w, b, X : ndarrays of shape (n, 1), (1, 1) and (n, m)", "X"),
        ("W : ndarray of shape (n, n_prev)", ""),
        ("m : int", ""),
    ],
)
def test_the_parameter_of_the_examples_is_read_off_the_shapes(line, name):
    """Never "the first matrix"."""
    assert examples_in(f"Do.\n\nParameters\n----------\n{line}\n    Text.\n") == name
