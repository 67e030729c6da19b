"""Drawings of cats, other animals and things, one factor at a time."""

from helpers.drawings.factors import Factors, random_factors, stressed_factors
from helpers.drawings.scenes import draw

__all__ = ["Factors", "draw", "random_factors", "stressed_factors"]
