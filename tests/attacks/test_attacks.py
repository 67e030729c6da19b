"""No attack pays, none reads what is hidden, none touches anybody else."""

import re

import pytest

from autograder.sandbox import scratch
from tests.attacks import suite, table

ATTACKS = suite.attacks()
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module", params=suite.ENGINES)
def engine(request, tmp_path_factory):
    """A course that all attacks are tried on, together with honest work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("A_SECRET_TOKEN", suite.CANARIES["environment"])
        root = tmp_path_factory.mktemp(f"course-{request.param}")
        try:
            yield suite.ENGINES[request.param](root, ATTACKS)
        finally:
            # Where one was stopped half way, pytest could not remove its folders.
            scratch.remove(str(root))


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
def test_attack_fails(engine, name):
    """The attack gets the honest mark, nothing else, and does no harm."""
    module = ATTACKS[name]
    outcome = engine.outcome(name)
    printed = outcome.printed
    by = getattr(module, "REFUSED_BY", "")

    if getattr(module, "REFUSED", by and isinstance(engine, suite.ENGINES[by])):
        assert outcome.mark is None
    else:
        honest = getattr(module, "HONEST", suite.HONEST)
        assert outcome.mark is not None
        assert outcome.mark <= honest, printed
        assert outcome.mark == honest or getattr(module, "LOSES", False), printed
        if getattr(module, "TRIED", True):
            assert "TRIED" in printed, printed
    assert "REACHED" not in printed, printed
    for canary in (suite.HIDDEN, *suite.CANARIES.values()):
        assert canary not in outcome.visible
    assert not outcome.harm, outcome.harm


@pytest.mark.slow
def test_honest_work_in_the_same_batch_is_graded_as_ever(engine):
    """Before, between and after all attacks honest work gets what it deserves."""
    assert dict.fromkeys(suite.HONEST_NAMES, suite.POINTS) == engine.honest


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["runner"], indirect=True)
def test_what_is_refused_is_named_and_nothing_commands_the_terminal(engine):
    """The run ends with 1 and lists who has no mark, in plain characters."""
    said = (engine.run.stdout + engine.run.stderr).decode()
    refused = {name for name in ATTACKS if getattr(ATTACKS[name], "REFUSED", False)}
    rows = {name: engine.rows[suite.name_of(name, ATTACKS[name])] for name in ATTACKS}

    assert engine.run.returncode == 1
    assert refused == {name for name, row in rows.items() if not row["graded"]}
    assert [name for name in refused if not rows[name]["reason"]] == []
    assert f"could not be graded: {len(refused)}" in said
    assert CONTROL.findall(said) == []


def test_every_attack_says_what_it_tries():
    """Each file has a sentence, and a name, a cell, a file or more of these."""
    for name, module in ATTACKS.items():
        first = (module.__doc__ or "").strip().splitlines()[0]
        assert first.endswith("."), name
        assert {"LEARNER", "FIRST", "CELLS", "prepare"} & set(vars(module)), name


def test_the_page_lists_every_attack_and_why_one_was_not_tried():
    """The table is made anew (``make attacks``) when an attack comes or goes."""
    page = table.PAGE.read_text(encoding="utf-8")
    left_out = [m for m in ATTACKS.values() if hasattr(m, "STOCK")]

    assert list(ATTACKS) == table.listed(page)
    assert [m.__name__ for m in left_out if f"- {m.STOCK}: " not in page] == []
