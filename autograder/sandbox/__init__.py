"""Isolated processes for untrusted notebooks.

====================  =======================================================
`settings`            the sandbox as configured: which isolation, which limits
`session`             the grader's side of a shell in a child: cells in, outputs out
`shell`               the child's side: an IPython shell without Jupyter's channels
`forkserver`          the grader's side of the fork server: start it, spawn, wait
`forkserver_process`  the fork server: import everything once, then fork
`supervisor`          one small process beside each child: limits, relay, report
`isolation`           what this machine offers, and how a child enters it
`namespaces`          an own root, own processes, no network
`landlock`            file access by list
`seccomp`             system calls by list
`limits`              how much a child may use
`access_times`        access times of files that children share
`staging`             a private copy of a submission's own files
`scratch`             temporary folders that are found after a kill
`syscalls`            the system calls that Python's standard library lacks
`messages`            small JSON messages over a socket, descriptors attached
====================  =======================================================

Nothing is imported here: the fork server has to stay lean.
"""
