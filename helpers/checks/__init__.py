"""The ``check`` object that tells a learner at once what is right and what is not.

A notebook's locked first cell says::

    from helpers.checks import checks_for

    check = checks_for("linear_regression")

and a check cell then says ``check(function, *inputs)``, one call a case.
"""

from helpers.checks.checker import Check, checks_for

__all__ = ["Check", "checks_for"]
