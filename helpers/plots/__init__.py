"""Figures of the course, one module for each kind of picture."""
