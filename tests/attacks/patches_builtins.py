"""Patch builtins that a comparison would use."""

LOSES = True
TRIED = False
FIRST = """
import builtins
builtins.all = lambda *a: True
builtins.any = lambda *a: False
builtins.abs = lambda x: 0
builtins.isinstance = lambda *a: True
"""
