"""Testing the hidden cases: every single change of a solution must lose marks."""

from autograder.mutation.mutants import Mutant, mutants_of
from autograder.mutation.session import Killed, MutationError, mutate, sampled

__all__ = ["Killed", "Mutant", "MutationError", "mutants_of", "mutate", "sampled"]
