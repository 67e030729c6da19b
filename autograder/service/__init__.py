"""Grading on submission: what comes in is graded, kept and returned at once.

settings    what may be set, by assignment
inbox       what has come in, and copies of it within bounds
attempts    the kept history, in a database
desk        an assignment's workers, and the order in which they get work
monitor     health and metrics, in a process of their own
server      the loop that joins them
"""
