"""Workers that are a Dask cluster's, on any machine that has this package."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from autograder.batch.pool import MOST_TRIES
from autograder.errors import CourseError
from autograder.nbgrader.submitted_files import Task, pack
from autograder.nbgrader.worker import Assignment, Finished, grade

AHEAD = 2
TICK = 0.25
CONNECT = "15s"
RUNNING = "running"  # of Dask's client


def _itself(assignment: Assignment) -> Assignment:
    return assignment


class Cluster:
    """A Dask cluster's workers; inputs and cases go to them as task data.

    What `ignore` names is no part of a submission.

    Raises
    ------
    CourseError
        If Dask is not installed or the scheduler does not answer.
    """

    def __init__(self, assignment: Assignment, address: str, ignore: list[str]) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise CourseError(
                "--scheduler needs Dask: pip install distributed, here and on the "
                "workers"
            ) from None
        try:
            self._client = Client(address, timeout=CONNECT)
        except (OSError, ValueError) as error:
            raise CourseError(
                f"no Dask scheduler answers at {address} ({error}): start one with "
                "`dask scheduler` and workers with `dask worker ADDRESS --nthreads 1`"
            ) from None
        self._ignore = ignore
        self._notebooks = list(assignment.stores)
        self._replaced = frozenset(assignment.files)
        # As a task, not scattered: what a dead worker held is made again.
        self._shared = self._client.submit(_itself, assignment, pure=False)

    def run(self, tasks: Iterable[Task]) -> Iterator[Finished | None]:
        """Grade notebooks, yielding them as they are done; None now and then.

        Raises
        ------
        CourseError
            If the scheduler has ended, which is no fault of any notebook.
        """
        try:
            yield from self._graded(tasks)
        except Exception:
            if self._client.status == RUNNING:
                raise
            raise CourseError(
                "the Dask scheduler no longer answers: start it and its workers, "
                "then run this again; what was graded by then is kept"
            ) from None

    def _graded(self, tasks: Iterable[Task]) -> Iterator[Finished | None]:
        from distributed import wait
        from distributed.scheduler import KilledWorker

        waiting = iter(tasks)
        held: dict[object, Task] = {}
        while True:
            room = AHEAD * max(1, len(self._client.nthreads()))
            while len(held) < room and (task := next(waiting, None)) is not None:
                future = self._client.submit(
                    grade,
                    self._shared,
                    self._packed(task),
                    pure=False,
                    retries=MOST_TRIES - 1,
                )
                held[future] = task
            if not held:
                return
            try:
                done = wait(list(held), TICK, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                yield None
                continue
            for future in done:
                task = held.pop(future)
                try:
                    yield future.result()
                except KilledWorker:
                    reason = "every worker that graded this notebook died"
                    yield Finished(task.student, task.notebook, error=reason)
                except Exception as error:
                    if self._client.status != RUNNING:
                        raise
                    reason = f"{type(error).__name__}: {error}"[:500]
                    yield Finished(task.student, task.notebook, error=reason)

    def _packed(self, task: Task) -> Task:
        files = pack(
            Path(task.folder),
            task.notebook,
            self._ignore,
            self._notebooks,
            travels=True,
            replaced=self._replaced,
        )
        return replace(task, folder="", files=files)

    def close(self) -> None:
        """Leave the cluster as it is."""
        self._client.close()
