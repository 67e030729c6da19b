"""No attack pays, none reads what is hidden, none touches anybody else."""

import pytest

from tests.attacks import suite

ATTACKS = suite.attacks()


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    """A course that all attacks are tried on, in one batch with honest work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("A_SECRET_TOKEN", suite.CANARIES["environment"])
        yield suite.Target(tmp_path_factory.mktemp("course"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
def test_attack_fails(target, name):
    """The attack gets the honest mark, nothing else, and does no harm."""
    module = ATTACKS[name]
    place, mark, visible = target.attack(name, module)
    printed = target.printed(place.name)

    refused = getattr(module, "REFUSED", False)
    honest = 0 if refused else getattr(module, "HONEST", suite.HONEST)
    assert mark <= honest, printed
    assert mark == honest or getattr(module, "LOSES", False), printed
    assert "REACHED" not in printed, printed
    for canary in (suite.HIDDEN, *suite.CANARIES.values()):
        assert canary not in visible
    if getattr(module, "TRIED", not refused):
        assert "TRIED" in printed, printed
    harm = getattr(module, "harm", lambda _: None)(place)
    assert not harm, harm


@pytest.mark.slow
def test_honest_work_in_the_same_batch_is_graded_as_ever(target):
    """After all attacks the honest submission still gets what it deserves."""
    target.hand_in("honest-after", target.right)
    rows = {row.student: row for row in target.course.grades(suite.ASSIGNMENT)}

    assert target.grade("honest-after") == suite.POINTS
    assert rows["honest"].points == suite.POINTS


def test_every_attack_says_what_it_tries():
    """Each file has a sentence, and a cell, a file or both."""
    for name, module in ATTACKS.items():
        assert (module.__doc__ or "").strip().endswith("."), name
        assert {"FIRST", "CELLS", "prepare"} & set(vars(module)), name
