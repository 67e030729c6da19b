"""The course's settings: nbgrader with the autograder, and what is this course's own.

See ``autograder/nbgrader/configuration.py`` for what `configure` sets.
"""

from autograder.nbgrader.configuration import configure

c = get_config()  # noqa: F821
configure(c, __file__, "neural-networks")

# Inputs with which the tests themselves are measured.
c.CourseDirectory.ignore.append("inputs.py")
# release/ is committed, so that a new gradebook meets assignments that exist.
c.GenerateAssignment.force = True
