"""Images that lie beside a notebook stand in its pages, and nothing else does."""

import os
import struct
import zlib

import pytest

from autograder.images import ALL_BESIDE, ImageFiles
from autograder.nbgrader.sanitizing import clean_markdown, rebuilt


def png(width=4, height=3, size=0):
    """Return a small grey image, as a file of `size` bytes at least."""

    def chunk(name, body):
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes((width + 1) * height))
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            chunk(b"IDAT", pixels),
            chunk(b"tEXt", bytes(size)),
            chunk(b"IEND", b""),
        ]
    )


@pytest.fixture
def folder(tmp_path):
    """Return the folder of a graded notebook, with images in it and beside it."""
    graded = tmp_path / "graded"
    (graded / "figures").mkdir(parents=True)
    for name in ("figures/plot.png", "my höhe.PNG", "../secret.png"):
        (graded / name).write_bytes(png())
    (graded / "words.png").write_text("no image")
    (graded / "link.png").symlink_to("figures/plot.png")
    (graded / "folder").symlink_to("figures")
    os.link(graded / "figures" / "plot.png", graded / "second.png")
    (graded / "own.png").write_bytes(png())
    (graded / "figures" / "plot.png").unlink()
    (graded / "figures" / "plot.png").write_bytes(png())
    return graded


def page_of(source, folder):
    """Return a cell of Markdown as pages show it."""
    form = {"cells": [{"cell_type": "markdown", "source": source}]}
    (cell,) = rebuilt(form, folder).cells
    return clean_markdown({"cell": cell}, cell.source)


@pytest.mark.parametrize(
    "source",
    [
        "![a plot](figures/plot.png)",
        "![a plot](./figures/plot.png 'its title')",
        "![a plot](<my höhe.PNG>)",
        "![a plot](my%20h%C3%B6he.PNG)",
        "<img src='figures/plot.png' alt='a plot' width=300>",
        '<p><img alt="a plot" onerror="x()" src="figures/plot.png"/></p>',
    ],
)
def test_an_image_beside_the_notebook_is_in_its_page(folder, source):
    """As nbgrader's pages show it, from the file; a page needs no other file."""
    page = page_of(source, folder)

    assert page.count("<img") == page.count('src="data:image/png;base64,') == 1
    assert 'alt="a plot"' in page
    assert "onerror" not in page
    assert "src=" not in page_of(source, None)


def test_an_image_without_words_is_called_by_its_file(folder):
    assert 'alt="own.png"' in page_of("<img src=own.png> <img src='own.png'>", folder)


@pytest.mark.parametrize(
    "name",
    [
        *("../secret.png", "figures/../../secret.png", "words.png", "missing.png"),
        *("link.png", "folder/plot.png", "/etc/passwd.png", "figures", "a\0b.png"),
        *("https://example.org/a.png", "file:own.png", "//example.org/own.png"),
    ],
)
def test_nothing_else_is_shown(folder, name):
    """No other folder, no link, no other kind of file, and no other machine."""
    for source in (f"![words]({name})", f"<img src='{name}'>"):
        assert "<img" not in page_of(source, folder)


def test_code_that_names_an_image_stays_code(folder):
    page = page_of("```\n<img src='own.png'>\n```\nand `![a](own.png)`", folder)

    assert "base64" not in page


def test_images_of_a_notebook_are_bounded(folder):
    """A page has some megabytes of them, however many its texts name."""
    for i in range(12):
        (folder / f"{i}.png").write_bytes(png(size=1_500_000))

    found = ImageFiles(folder).of("".join(f"![]({i}.png)" for i in range(12)))

    assert 4 < len(found) < 12
    assert sum(map(len, found.values())) < ALL_BESIDE + 1_000
