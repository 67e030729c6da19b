"""Lets an editable install bring data files; all else is in pyproject.toml."""

from setuptools import Distribution, setup


class Course(Distribution):
    """A distribution whose data files are installed in every kind of install."""

    # Asked for under this name, which setuptools itself does not have.
    has_data = Distribution.has_data_files


setup(distclass=Course)
