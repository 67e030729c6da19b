"""The reference sheet as a browser prints it."""

from pathlib import Path

from autograder.delivery.sheet import SHEET, printable

ROOT = Path(__file__).parents[2]
# Sizes in points of all text that is no part of a formula.
SIZES = """() => {
  const found = [], walk = document.createTreeWalker(document.body, 4);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (walk.currentNode.textContent.trim() && !parent.closest("math"))
      found.push(parseFloat(getComputedStyle(parent).fontSize) * 0.75);
  }
  return found;
}"""


def pages_of(pdf: bytes) -> int:
    """Count the pages of what Chromium prints."""
    return pdf.count(b"/Type /Page\n")


def test_the_sheet_is_printed_on_two_readable_pages(browser):
    """All formulas and the NumPy operations, on A4, in no less than 8.5 points."""
    page = browser.new_page()
    page.set_content(printable((ROOT / SHEET).read_text(encoding="utf-8")))
    page.emulate_media(media="print")
    pdf = page.pdf(prefer_css_page_size=True)
    sizes = page.evaluate(SIZES)
    page.close()

    assert pages_of(pdf) == 2
    assert min(sizes) >= 8.5
