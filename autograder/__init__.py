"""What graders run: stubs, cases, judge, feedback. Knows no neural networks."""

import os

# Before NumPy is loaded: graders use their cores for submissions, side by side.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
