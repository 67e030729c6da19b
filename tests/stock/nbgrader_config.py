"""The settings under which nbgrader's own tests run: any course's, without a root."""

from autograder.nbgrader.configuration import configure

c = get_config()  # noqa: F821
configure(c, __file__)
del c.CourseDirectory.root
