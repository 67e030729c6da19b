"""Rules of kernels that come from the warm process."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_async_kernel

from autograder.sandbox import messages
from autograder.sandbox.forkserver import NotStarted, Nursery
from tests.autograder.kernel_helpers import Kernel, commands, eventually


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """A kernel for the tests that leave nothing behind in it."""
    with Kernel(tmp_path_factory.mktemp("submission")) as kernel:
        yield kernel


def test_cells_run_and_keep_their_names(kernel):
    """What one cell defines, the next one has."""
    kernel.run("a = 6")

    assert kernel.run("a * 7").data == [{"text/plain": "42"}]


def test_errors_and_output_come_back(kernel):
    """Output, output of descriptors, and errors of a cell reach the client."""
    code = "print('one')\nimport os\nos.write(1, b'two\\n')\nprint('three')\n1 / 0"
    answer = kernel.run(code)

    assert answer.error == "ZeroDivisionError"
    assert {"one", "two", "three"} <= set(answer.text.split())


def test_preloaded_modules_were_there_before(tmp_path):
    """NumPy, Matplotlib, h5py, Pillow and helpers are imported in the warm process."""
    names = ["numpy", "matplotlib.pyplot", "h5py", "PIL.Image", "helpers.activations"]
    code = f"import sys; print(all(name in sys.modules for name in {names}))"
    with Kernel(tmp_path) as fresh:
        assert fresh.run(code).text == "True\n"


def test_blas_has_one_thread(kernel):
    """A product of matrices starts no thread."""
    code = """
        import os
        import numpy as np
        before = len(os.listdir("/proc/self/task"))
        np.ones((500, 500)) @ np.ones((500, 500))
        print(len(os.listdir("/proc/self/task")) - before)
        names = "OPENBLAS", "OMP", "MKL"
        print({os.environ[f"{name}_NUM_THREADS"] for name in names})
    """
    assert kernel.run(textwrap.dedent(code)).text == "0\n{'1'}\n"


def test_numpy_draws_differ_between_kernels(tmp_path):
    """Each kernel has its own state of NumPy's global generator."""
    code = "import numpy as np; print(np.random.rand())"
    draws = set()
    for _ in range(2):
        with Kernel(tmp_path) as fresh:
            draws.add(fresh.run(code).text)

    assert len(draws) == 2


def test_figures_are_the_same_as_in_a_stock_kernel(tmp_path, monkeypatch):
    """A warm kernel draws the same picture, byte for byte, at the same moment."""
    code = textwrap.dedent("""
        import matplotlib.pyplot as plt
        print(plt.get_backend())
        plt.plot([1, 3, 2], label="costs")
        plt.title("Costs")
        _ = plt.legend()
    """)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, "1")

    async def stock():
        shown = []
        manager, client = await start_new_async_kernel(cwd=str(tmp_path))
        try:
            await client.execute_interactive(
                code,
                output_hook=lambda m: shown.append((m["msg_type"], m["content"])),
                timeout=60,
            )
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)
        return shown

    shown = asyncio.run(stock())
    with Kernel(tmp_path) as fresh:
        answer = fresh.run(code)

    text = "".join(c["text"] for kind, c in shown if kind == "stream")
    data = [c["data"] for kind, c in shown if kind == "display_data"]
    assert text == answer.text
    assert data == answer.data


def test_any_kernel_name_gives_a_python_kernel(tmp_path):
    """A notebook that asks for a kernel that is not here is run all the same."""
    with Kernel(tmp_path, kernel_name="conda-env-mine-py") as kernel:
        assert kernel.run("print('yes')").text == "yes\n"


def test_interrupt_stops_the_cell_only(kernel):
    """An interrupted cell fails with KeyboardInterrupt and the kernel goes on."""
    kernel.run("b = 1")
    answer = kernel.interrupt_while("import time\nwhile True: time.sleep(0.01)", 0.5)

    assert answer.error == "KeyboardInterrupt"
    assert kernel.run("print(b)").text == "1\n"


def test_restart_gives_a_fresh_kernel_to_the_same_client(tmp_path):
    """After a restart names are gone and the client is still connected."""
    with Kernel(tmp_path) as kernel:
        kernel.run("c = 1")
        kernel.restart()

        assert kernel.run("c").error == "NameError"
        assert kernel.run("print(2)").text == "2\n"


def test_shutdown_leaves_no_process_and_no_folder(tmp_path):
    """When a kernel is shut down, nothing of it is left."""
    kernel = Kernel(tmp_path)
    pid = kernel.provisioner.pid
    folder = Path(kernel.manager.ip).parent
    assert folder.is_dir()
    kernel.close()

    assert eventually(lambda: not Path(f"/proc/{pid}").exists())
    assert eventually(lambda: not folder.exists())


def test_the_report_tells_what_a_kernel_used(tmp_path):
    """The report of a kernel has its processor time and its peak memory."""
    with Kernel(tmp_path) as kernel:
        kernel.run(
            "import numpy as np; x = np.ones(2**24)\nfor _ in range(10**7): pass"
        )
    report = kernel.provisioner.report

    assert report.cpu > 0.1
    assert report.peak > 128 * 2**20
    assert report.reason == ""


def test_writing_too_much_is_cut(kernel):
    """One cell may write a million characters; the next may write again."""
    text = kernel.run("for _ in range(30): print('x' * 100_000)").text

    assert 1_000_000 <= len(text) < 1_000_200
    assert text.endswith("[cut here: one cell may write 1,000,000 characters]\n")
    assert kernel.run("print('again')").text == "again\n"


def test_stock_managers_find_the_provisioner_by_the_environment(tmp_path):
    """JUPYTER_DEFAULT_PROVISIONER_NAME gives unchanged Jupyter our kernels."""
    code = textwrap.dedent("""
        from jupyter_client.manager import start_new_kernel
        manager, client = start_new_kernel(kernel_name="python3")
        client.execute_interactive("import os; print(os.environ['USER'])", timeout=30)
        print(manager.transport, type(manager.provisioner).__name__)
        client.stop_channels()
        manager.shutdown_kernel()
    """)
    environment = dict(os.environ, JUPYTER_DEFAULT_PROVISIONER_NAME="warm-provisioner")
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.stdout == "learner\nipc WarmProvisioner\n", run.stderr


def test_all_ends_with_the_process_that_started_it(tmp_path):
    """When a grader is killed, its warm process, kernels and folders go too."""
    marker = "61.7253"
    code = textwrap.dedent(f"""
        import os, signal, sys
        sys.path.insert(0, {str(Path(__file__).parents[2])!r})
        from pathlib import Path
        from tests.autograder.kernel_helpers import Kernel
        kernel = Kernel(Path({str(tmp_path)!r}))
        kernel.run("import subprocess; subprocess.Popen(['sleep', '{marker}'])")
        print(kernel.provisioner.nursery.folder, kernel.provisioner.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    folder, pid = run.stdout.split()

    assert eventually(lambda: not Path(folder).exists())
    assert eventually(lambda: not Path(f"/proc/{pid}").exists())
    assert not any(marker in command for command in commands())


def test_a_nursery_that_was_killed_is_started_again(tmp_path):
    """A warm process that has died is replaced when the next kernel is asked for."""
    with Nursery(preload=["numpy"]) as nursery:
        nursery.spawn("os:getpgid", {}).wait(10)
        nursery._process.kill()
        nursery._process.wait()

        assert nursery.spawn("os:getpgid", {}).wait(10) is not None


def test_a_module_that_cannot_be_imported_is_named():
    """A nursery whose modules are missing says which."""
    with (
        pytest.raises(NotStarted, match="no_such_module"),
        Nursery(preload=["no_such_module"]) as nursery,
    ):
        _ = nursery.walls


def test_messages_are_bounded():
    """A message larger than a megabyte is not sent."""
    with pytest.raises(ValueError, match="too large"):
        messages.send(None, {"text": "x" * 2**20})


def test_children_that_end_at_once_have_started(tmp_path):
    """However quickly a child ends, its start comes before its end."""
    with Nursery(preload=["numpy"]) as nursery:
        for _ in range(20):
            assert nursery.spawn("os:getpgid").wait(10) is not None
