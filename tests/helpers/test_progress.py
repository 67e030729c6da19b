"""The progress bar."""

import pytest

from helpers import progress as module
from helpers.progress import ProgressBar, progress


@pytest.fixture
def at_once(monkeypatch):
    """Let every bar appear at once."""
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    monkeypatch.setattr(module, "PAUSE", 0.0)


def test_every_item_comes_through_in_order():
    """The bar is transparent: the loop sees what it would see without it."""
    assert list(progress(range(5))) == [0, 1, 2, 3, 4]
    assert list(progress(iter("abc"), "letters")) == ["a", "b", "c"]


def test_quick_loops_show_nothing(capsys):
    """Less than half a second is not worth a bar."""
    list(progress(range(3), "quick"))

    assert capsys.readouterr() == ("", "")


def test_last_line_goes_to_stdout_and_nothing_to_stderr(capsys, at_once):
    """A pipe gets one line; the error stream stays empty."""
    list(progress(range(3), "Three steps"))
    out, err = capsys.readouterr()

    assert out.startswith("Three steps: 3 done in")
    assert out.count("\n") == 1
    assert err == ""


def test_a_loop_that_is_left_says_where(capsys, at_once):
    """An error inside the loop leaves the number of finished steps."""
    with pytest.raises(KeyboardInterrupt):
        for i in progress(range(9), "Nine steps"):
            if i == 4:
                raise KeyboardInterrupt

    # The generator is closed when it is collected, at the latest here.
    assert "stopped after 4 of 9" in capsys.readouterr().out


def test_time_left_does_not_count_what_was_done_before(monkeypatch):
    """A bar that begins at 50 of 100 and does 10 in 2 s needs 8 s more."""
    clock = iter([0.0, 2.0])
    lines = []
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(
        ProgressBar, "_draw", lambda self, line, closing: lines.append(line)
    )
    bar = ProgressBar(100, "Half way", done=50)
    bar.update(60)

    assert lines == ["Half way: 60 of 100, about 8 s left"]


def test_notebook_display_is_updated_in_place(monkeypatch, at_once):
    """In a kernel one display is made and then updated, with a text beside it."""
    import IPython.display

    shown, updated = [], []

    class Handle:
        def update(self, bundle, raw):
            updated.append(bundle)

    def display(bundle, raw, display_id):
        shown.append(bundle)
        return Handle()

    monkeypatch.setattr(module, "in_notebook", lambda: True)
    monkeypatch.setattr(IPython.display, "display", display)
    bar = ProgressBar(2, "<b>bold</b>")
    bar.update(1, note="cost 0.5")
    bar.update(2)
    bar.close()

    assert len(shown) == 1 and len(updated) == 2
    assert "&lt;b&gt;" in shown[0]["text/html"]
    assert "cost 0.5" in shown[0]["text/plain"]
