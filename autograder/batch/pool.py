"""Workers that are processes of this machine.

They are forked from a process without threads that has imported everything, and
all get their kernels from one fork server. One that dies is replaced and its
notebook is tried again.
"""

import collections
import contextlib
import logging
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from multiprocessing import connection

from autograder.nbgrader.submitted_files import Task
from autograder.nbgrader.worker import Assignment, Finished, grade, remove_converters
from autograder.sandbox import syscalls
from autograder.sandbox.forkserver import ForkServer

log = logging.getLogger(__name__)

MOST_TRIES = 3
AHEAD = 2  # tasks that a worker holds, so that it never waits for the writer
TICK = 0.25


class _Worker:
    """One process and the tasks that it holds."""

    def __init__(self, assignment: Assignment, forkserver: ForkServer) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, theirs = context.Pipe()
        client = forkserver.client()
        self.process = context.Process(
            target=_work,
            args=(theirs, self.pipe, assignment, forkserver, client, os.getpid()),
            daemon=True,
        )
        self.process.start()
        theirs.close()
        client.close()
        self.tasks: collections.deque[Task] = collections.deque()

    def give(self, task: Task) -> None:
        self.tasks.append(task)
        with contextlib.suppress(OSError):  # it has died, which its pipe tells too
            self.pipe.send(task)

    def end(self) -> None:
        # A closed pipe says nothing: workers that were forked later hold it open.
        with contextlib.suppress(OSError):
            self.pipe.send(None)
        self.pipe.close()
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def _work(
    pipe: connection.Connection,
    other_end: connection.Connection,
    assignment: Assignment,
    forkserver: ForkServer,
    client: ForkServer,
    parent: int,
) -> None:
    """Grade what comes through the pipe until nothing comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A handler that this process has inherited would keep it from ending.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    other_end.close()
    forkserver.use(client)
    if syscalls.LINUX:
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            return
    try:
        while (task := pipe.recv()) is not None:
            pipe.send(grade(assignment, task))
    except (EOFError, OSError):
        pass
    finally:
        remove_converters()
        client.close()


class Pool:
    """Processes of this machine.

    Their kernels come from `forkserver`.
    """

    def __init__(
        self, assignment: Assignment, forkserver: ForkServer, jobs: int
    ) -> None:
        self._assignment = assignment
        self._forkserver = forkserver
        self._workers = [self._worker() for _ in range(jobs)]

    def _worker(self) -> _Worker:
        return _Worker(self._assignment, self._forkserver)

    def run(self, tasks: Iterable[Task]) -> Iterator[Finished | None]:
        """Grade notebooks, yielding them in the order in which they are done.

        A task is taken only when a worker has nothing to do; None comes now and then,
        while nothing is done.
        """
        waiting = iter(tasks)
        again: collections.deque[Task] = collections.deque()
        tries: collections.Counter[tuple[str, str]] = collections.Counter()
        while True:
            for worker in self._workers:
                while len(worker.tasks) < AHEAD:
                    task = again.popleft() if again else next(waiting, None)
                    if task is None:
                        break
                    worker.give(task)
            busy = {worker.pipe: worker for worker in self._workers if worker.tasks}
            if not busy:
                return
            ready = connection.wait(list(busy), TICK)
            if not ready:
                yield None
            for worker in [busy[pipe] for pipe in busy if pipe in ready]:
                try:
                    finished: Finished = worker.pipe.recv()
                except (EOFError, OSError):
                    task, *rest = worker.tasks
                    again.extend(rest)
                    worker.end()
                    status = worker.process.exitcode
                    place = self._workers.index(worker)
                    self._workers[place] = self._worker()
                    tries[task.student, task.notebook] += 1
                    count = tries[task.student, task.notebook]
                    log.warning(
                        "the worker of %s, %s ended (%s), attempt %d of %d",
                        task.student,
                        task.notebook,
                        _status(status),
                        count,
                        MOST_TRIES,
                    )
                    if count < MOST_TRIES:
                        again.append(task)
                    else:
                        yield Finished(
                            task.student,
                            task.notebook,
                            error=_ended(status),
                            tries=count,
                        )
                    continue
                worker.tasks.popleft()
                finished.tries += tries[finished.student, finished.notebook]
                yield finished

    def close(self) -> None:
        """End the workers."""
        for worker in self._workers:
            worker.end()


def _status(status: int | None) -> str:
    return f"signal {-status}" if status is not None and status < 0 else f"{status}"


def _ended(status: int | None) -> str:
    return (
        f"the worker process ended ({_status(status)}) each of {MOST_TRIES} times it "
        "graded this notebook: if the machine ran out of memory, use fewer --jobs"
    )
