"""Grading many submissions: on all cores or a cluster, resumable, one writer.

===========  ================================================================
`command`    the command line, the progress bar and the summary
`run`        what is to be graded, in which order, and what became of it
`parcels`    a submission's files, as they travel to a worker
`bench`      a worker's workbench: read, heal, execute, judge one notebook
`pool`       workers that are processes of this machine
`cluster`    workers that are a Dask cluster's
`writer`     the one writer: gradebook rows and the files in ``autograded/``
`ledger`     what a run leaves for the next: results, fingerprints, plans
`report`     the machine-readable report
===========  ================================================================
"""
