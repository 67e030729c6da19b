"""What a kernel costs: stock, warm, and warm behind walls, in one run.

``python bench/kernels.py [ROUNDS]`` prints medians and ratios. Every round
starts a kernel, imports what a notebook imports, draws a figure and shuts the
kernel down, with each kind in turn, so that a busy machine slows all alike.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise

from jupyter_client.manager import AsyncKernelManager
from rich.console import Console
from rich.table import Table
from traitlets.config import Config

from autograder.sandbox.forkserver import Nursery
from autograder.sandbox.provisioner import WarmKernelManager

CELL = """
import h5py
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image
import helpers
plt.plot(np.arange(10) ** 2)
plt.show()
"""
STEPS = ("start", "ready", "first cell", "shutdown", "all", "CPU")


def kinds() -> dict[str, Callable[[], AsyncKernelManager]]:
    """Return a maker of kernel managers for each kind."""

    def warm(**settings: object) -> Callable[[], AsyncKernelManager]:
        config = Config({"WarmProvisioner": settings})
        return lambda: WarmKernelManager(config=config)

    return {
        "stock": AsyncKernelManager,
        "warm, no walls": warm(sandboxed=False),
        "warm, Landlock": warm(namespaces=False),
        "warm, all walls": warm(),
    }


def children_time() -> float:
    """Return the processor seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def measure(make: Callable[[], AsyncKernelManager], folder: str) -> list[float]:
    """Return the seconds of each step with one kernel."""
    times, before = [time.perf_counter()], children_time()
    manager = make()
    await manager.start_kernel(cwd=folder, stderr=subprocess.DEVNULL)
    times.append(time.perf_counter())
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    times.append(time.perf_counter())
    await client.execute_interactive(CELL, output_hook=lambda _: None, timeout=60)
    times.append(time.perf_counter())
    client.stop_channels()
    await manager.shutdown_kernel()
    times.append(time.perf_counter())
    report = getattr(manager.provisioner, "report", None)
    used = report.cpu + report.beside if report else children_time() - before
    steps = [after - start for start, after in pairwise(times)]
    return [*steps, times[-1] - times[0], used]


def bare(nursery: Nursery) -> tuple[float, float]:
    """Return milliseconds, and those of the processor, of a child without a task."""
    found = []
    for _ in range(20):
        begun = time.perf_counter()
        child = nursery.spawn("os:getpgid")
        child.wait()
        used = child.report.cpu + child.report.beside
        found.append((time.perf_counter() - begun, used))
    wall, used = (statistics.median(column) for column in zip(*found, strict=True))
    return wall * 1000, used * 1000


def main(rounds: int) -> None:
    """Measure and print."""
    for name in ("OPENBLAS", "OMP", "MKL"):
        os.environ[f"{name}_NUM_THREADS"] = "1"
    console = Console()
    begun = time.perf_counter()
    walls = Nursery.shared().walls
    console.print(
        f"warm process ready in {time.perf_counter() - begun:.2f} s; "
        f"walls: {walls.name}, Landlock {walls.landlock}"
    )
    makers = kinds()
    found: dict[str, list[list[float]]] = {kind: [] for kind in makers}
    with tempfile.TemporaryDirectory() as folder:
        for make in makers.values():  # the first of each starts a warm process
            asyncio.run(measure(make, folder))
        for _ in range(rounds):
            for kind, make in makers.items():
                found[kind].append(asyncio.run(measure(make, folder)))
    table = Table(title=f"seconds, medians of {rounds} rounds")
    for heading in ("kernel", *STEPS, "times faster"):
        table.add_column(heading, justify="left" if heading == "kernel" else "right")
    medians = {
        kind: [statistics.median(column) for column in zip(*lines, strict=True)]
        for kind, lines in found.items()
    }
    for kind, steps in medians.items():
        ratio = medians["stock"][4] / steps[4]
        table.add_row(kind, *(f"{step:.3f}" for step in steps), f"{ratio:.1f}")
    console.print(table)
    for walls, nursery in (
        ("behind all walls", Nursery.shared()),
        ("without walls", Nursery.shared(sandboxed=False)),
    ):
        _ = nursery.walls
        wall, used = bare(nursery)
        console.print(
            f"a child that does nothing, {walls}: {wall:.1f} ms, CPU {used:.1f} ms"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
