"""Samples of data sets, by the name that they have among the data sets."""

from helpers.samples import Sample, register, sample

__all__ = ["Sample", "register", "sample"]
