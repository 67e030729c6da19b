"""Crash the interpreter by writing where nothing is."""

TRIED = False
FIRST = """
import ctypes
ctypes.memset(8, 0, 8)
"""
