"""Warm, sandboxed processes for untrusted notebooks.

=================  ==========================================================
`sandbox`      the Jupyter side: a kernel sandbox and kernel manager
`forkserver`          the grader's side of the warm process: start it, spawn, wait
`warm`             the warm process itself: import everything once, then fork
`supervisor`       one small process beside each child: limits, relay, report
`relay`            carries kernel messages in and out, and counts them
`kernel`           what a child does that is an IPython kernel
`sandbox`          which walls this machine offers, and how a child enters them
`namespaces`       wall: an own root, own processes, no network
`landlock`         wall: file access by list
`seccomp`          wall: system calls that no notebook needs
`limits`           how much a child may use
`staging`          a private copy of a submission's own files
`linux`            the system calls that Python lacks
`messages`         small JSON messages over a socket, descriptors attached
=================  ==========================================================

Nothing is imported here: the warm process has to stay lean.
"""
