"""Grading many submissions: on all cores or a cluster, resumable, one writer.

============  ===============================================================
`run`         what is to be graded, in which order, and what became of it
`pool`        workers that are processes of this machine
`dask`        workers that are a Dask cluster's
`ledger`      what a run leaves for the next: results, fingerprints, plans
`run_report`  the machine-readable report
============  ===============================================================

What a worker does with one notebook, and the writer of the gradebook, build on
nbgrader's converter and so stand in `autograder.nbgrader`.
"""
