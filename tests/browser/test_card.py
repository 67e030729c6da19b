"""The card of a failed check, in a real JupyterLab: it fits, and can be read."""

import os
import shutil
from pathlib import Path

import pytest

from helpers.strings import text
from tests.browser.lab import ROOT, Hands, Lab
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.slow

WRONG = """def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = np.dot(dZ, A_prev.T) / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = np.dot(W.T, dZ) + 0.1 * m
    return dA_prev, dW, db
"""
CASES = [
    ("building_blocks", "linear_backward", WRONG),
    (
        "building_blocks",
        "initialize_parameters_deep",
        "def initialize_parameters_deep(layer_dims):\n"
        "    rng = np.random.default_rng(1)\n"
        "    sizes = list(zip(layer_dims, layer_dims[1:]))\n"
        "    W = {f'W{l}': rng.normal(size=(n, p)) * 0.01\n"
        "         for l, (p, n) in enumerate(sizes, 1)}\n"
        "    b = {f'b{l}': np.zeros((n, 1)) for l, (p, n) in enumerate(sizes, 1)}\n"
        "    return W | b\n",
    ),
]


@pytest.fixture(scope="module")
def work(lab: Lab) -> str:
    """Return the folder of a real assignment beside the lessons."""
    folder = lab.home / "assignments" / "03_deep_network"
    shutil.copytree(ROOT / "release" / "03_deep_network", folder)
    return "assignments/03_deep_network"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize(("notebook", "function", "code"), CASES)
def test_a_card_fits_and_can_be_read(
    hands: Hands, work: str, theme: str, notebook: str, function: str, code: str
):
    """No scrolling to the side, nothing too pale, the section is a link.

    Who breaks a contract is to read its line, which stands above the same cell.
    """
    name = function.replace("_", "-")
    hands.command("application:toggle-left-area")
    hands.open_notebook(f"{work}/{notebook}.ipynb")
    hands.theme(theme)
    hands.write(name, code)
    hands.run("setup", name)
    for _ in range(4):
        said = hands.run(f"{name}-check")
    assert "returned" in said and "expected" in said
    output = hands.cell(f"{name}-check").locator(".jp-RenderedHTMLCommon")
    pictures = os.environ.get("CARDS")
    if pictures:
        output.screenshot(path=Path(pictures, f"{function}-{theme[-5:].strip()}.png"))

    assert "Think:" in said
    links = output.locator("a", has_text="lesson 03").count()
    assert (links, text("contract.read") in said) in ((1, False), (0, True))
    assert links == ("default_rng" not in code)
    assert output.locator("details[open] summary").count() >= 1
    assert hands.overflow(".jp-RenderedHTMLCommon") <= 1
    assert violations(hands.page, ".jp-OutputArea-output") == []
