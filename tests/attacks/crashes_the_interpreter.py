"""Crash the interpreter by writing where nothing is."""

STOCK = "it signals, traces or crashes processes"
TRIED = False
FIRST = """
import ctypes
ctypes.memset(8, 0, 8)
"""
