"""What Sphinx reads: the course's notebooks and texts, changed for a page to read."""

import base64
import hashlib
import html
import io
import itertools
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from PIL import Image

from autograder.delivery.bundle import README, bundle
from autograder.nbgrader.course import Course
from website.execution import executed, frames_folder

__all__ = ["prepare"]

DOCS = (
    *("learner", "instructor", "service", "doors", "deploy", "maintainer"),
    *("quality", "security"),
)
BUNDLE = "neural-networks.zip"
FIGURE = re.compile(r"\*\*Figure\.\*\*\s*(.+?)(?:\n\n|$)", re.S)
PREDICTION = re.compile(r"^my prediction: ?(\.\.\.|None)?\n?", re.M)
CHECK = re.compile(r"^check(\(|\.progress\()", re.M)
HEADING = re.compile(r"^(#{1,4}) (.+)$", re.M)
DATA_IMAGE = re.compile(r'<img ([^>]*)src="data:image/png;base64,([^"]+)"([^>]*)>')
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#]*)(#[^)\s]*)?\)")
# A figure of a notebook is made for sharp screens: so many pixels for one of the page.
SHARPNESS = 1.5
WIDEST = 1400


class Page:
    """One notebook on its way into the site."""

    def __init__(
        self, name: str, notebook: NotebookNode, images: Path, kept: Path
    ) -> None:
        self.name = name
        self.notebook = notebook
        self.images = images
        self.kept = kept
        self.taken = 0

    def save_image(self, data: bytes, stem: str) -> tuple[str, int, int]:
        """Write an image as WebP; return its address and size on the page."""
        kept = self.kept / f"{hashlib.sha256(data).hexdigest()[:32]}.webp"
        if not kept.is_file():
            image: Image.Image = Image.open(io.BytesIO(data)).convert("RGB")
            if image.width > WIDEST:
                ratio = WIDEST / image.width
                image = image.resize((WIDEST, round(image.height * ratio)))
            kept.parent.mkdir(parents=True, exist_ok=True)
            # Lines and areas of few colours: lossless is smaller than JPEG, and sharp.
            image.quantize(64).save(kept, lossless=True, method=1)
        target = self.images / self.name / f"{stem}.webp"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(kept, target)
        with Image.open(kept) as image:
            width, height = image.size
        address = f"_static/figures/{self.name}/{stem}.webp"
        return address, round(width / SHARPNESS), round(height / SHARPNESS)

    def element(self, data: bytes, words: str, stem: str = "") -> str:
        """Return the element that shows an image."""
        if not stem:
            self.taken += 1
            stem = f"figure-{self.taken}"
        address, width, height = self.save_image(data, stem)
        return (
            f'<img src="../{address}" alt="{html.escape(words)}" width="{width}" '
            f'height="{height}" loading="lazy" decoding="async">'
        )


def _words(text: str) -> str:
    """Return a caption without its Markdown."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\s+", " ", re.sub(r"[*`$\\]", "", text)).strip()


def _captions(cells: list[NotebookNode]) -> dict[str, str]:
    """Return, for each code cell, the caption nearest to it, or its section."""
    told: dict[str, str] = {}
    section, last = "", ""
    for cell in cells:
        if cell.cell_type == "markdown":
            for mark in re.finditer(r"^#+ (.+)$", cell.source, re.M):
                section, last = _words(mark[1]), ""
            found = FIGURE.findall(cell.source)
            last = _words(found[-1]) if found else last
        else:
            told[cell.id] = last or f"Figure of the section: {section}"
    # A caption may also stand right after its figure.
    for cell, after in itertools.pairwise(cells):
        if cell.cell_type == "code" and after.cell_type == "markdown":
            found = FIGURE.match(after.source.lstrip())
            if found:
                told[cell.id] = _words(found[1])
    return told


def _output(page: Page, output: NotebookNode, words: str) -> NotebookNode | None:
    """Return an output as the site shows it, or None."""
    if output.output_type == "stream":
        # Of warnings and of a prediction that nobody has made, the page says nothing.
        output.text = PREDICTION.sub("", output.text)
        return output if output.name == "stdout" and output.text.strip() else None
    if output.output_type == "error":
        return output
    data = output.data
    if "application/vnd.jupyter.widget-view+json" in data:
        return None
    if "image/png" in data:
        words = output.get("metadata", {}).get("image/png", {}).get("alt", words)
        element = page.element(base64.b64decode(data["image/png"]), words)
        data = {"text/html": f"<figure>{element}</figure>"}
    elif "text/html" in data:

        def saved(match: re.Match[str]) -> str:
            said = re.search(r'alt="([^"]*)"', match[1] + match[3])
            alt = html.unescape(said[1]) if said else words
            return page.element(base64.b64decode(match[2]), alt or words)

        data = {"text/html": DATA_IMAGE.sub(saved, data["text/html"])}
    return nbformat.v4.new_output("display_data", data)


def _sliders(page: Page, cell: NotebookNode, folder: Path, words: str) -> NotebookNode:
    """Return the output that shows the frames of a cell's sliders."""
    for path in sorted((folder / cell.id).glob("*.png")):
        page.save_image(path.read_bytes(), f"{cell.id}/{path.stem}")
    told = cell.metadata.frames
    stem = "-".join(str(slider["start"]) for slider in told)
    first = page.element(
        (folder / cell.id / f"{stem}.png").read_bytes(), words, f"{cell.id}/{stem}"
    )
    place = html.escape(json.dumps(told))
    page_of = f"../_static/figures/{page.name}/{cell.id}"
    return nbformat.v4.new_output(
        "display_data",
        {
            "text/html": f'<figure class="frames" data-sliders="{place}" '
            f'data-folder="{page_of}">{first}</figure>'
        },
    )


def _outputs(page: Page, folder: Path) -> None:
    """Replace the outputs of a lesson by what a page without a kernel can show."""
    captions = _captions(page.notebook.cells)
    for cell in page.notebook.cells:
        if cell.cell_type != "code":
            continue
        words = captions[cell.id]
        # A reader of the page has not tried: "not begun yet" tells nothing.
        shown = [] if CHECK.search(cell.source) else cell.outputs
        outputs = [_output(page, output, words) for output in shown]
        cell.outputs = [output for output in outputs if output is not None]
        if "frames" in cell.metadata:
            cell.outputs.insert(0, _sliders(page, cell, folder, words))
            del cell.metadata["frames"]
        cell.execution_count = None
        hidden = cell.metadata.get("jupyter", {}).get("source_hidden")
        cell.metadata = nbformat.NotebookNode(
            {"tags": ["hide-input"]} if hidden else {}
        )


def _anchors(page: Page) -> None:
    """Give each heading a target that all editions of the page share."""
    for cell in page.notebook.cells:
        if cell.cell_type == "markdown":
            count = iter(range(100))
            cell.source = HEADING.sub(
                lambda m: f"({page.name}--{cell.id}-{next(count)})=\n{m[0]}",  # noqa: B023
                cell.source,
            )


def _downloads(page: Page, path: str) -> None:
    """Put the ways to work with the notebook below its title."""
    first = page.notebook.cells[0]
    title, _, rest = first.source.partition("\n")
    first.source = (
        f"{title}\n\n```{{container}} downloads\n{{download}}`Download this notebook "
        f"<{path}>` {{download}}`Download the whole course </{BUNDLE}>`\n```\n\n{rest}"
    )


def _link_elsewhere(text: str, folder: Path, root: Path, known: set[Path]) -> str:
    """Turn links to files that are not pages into their names."""

    def told(match: re.Match[str]) -> str:
        image, words, address, _ = match.groups()
        if not address or "://" in address or address.startswith("mailto:"):
            return match[0]
        goal = (folder / address).resolve()
        if image or goal in known:
            return match[0]
        return f"{words} (`{goal.relative_to(root)}`)" if "`" not in words else words

    return LINK.sub(told, text)


def _write_notebook(
    root: Path, path: Path, target: Path, known: set[Path], cache: Path, run: bool
) -> None:
    """Write one notebook's page: a lesson with its outputs, or a released one."""
    name = path.stem
    notebook = executed(root, path, cache) if run else nbformat.read(path, as_version=4)
    page = Page(name, notebook, target / "_static" / "figures", cache / "images")
    _outputs(page, frames_folder(cache, path))
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _link_elsewhere(cell.source, path.parent, root, known)
    place = target / path.relative_to(root)
    place.parent.mkdir(parents=True, exist_ok=True)
    download = target / "downloads" / path.name
    download.parent.mkdir(exist_ok=True)
    shutil.copy(path, download)
    _downloads(page, f"/downloads/{path.name}")
    _anchors(page)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"name": "python3", "display_name": "Python"},
            "language_info": {"name": "python", "pygments_lexer": "ipython3"},
        }
    )
    nbformat.write(notebook, place)


def _texts(root: Path) -> Iterator[Path]:
    """List the texts that are pages as they are."""
    yield from sorted((root / "notebooks").glob("*.md"))
    for name in DOCS:
        yield root / "docs" / f"{name}.md"
    yield root / "CONTRIBUTING.md"
    yield root / "bench" / "results.md"
    yield root / "data" / "README.md"


def prepare(root: Path, target: Path, cache: Path, *, run: bool = True) -> None:
    """Write everything that Sphinx reads.

    Parameters
    ----------
    root : Path
        The course.
    target : Path
        A folder of our own, made anew.
    cache : Path
        Executed lessons, kept between builds.
    run : bool
        Whether lessons are run; without, they have no outputs.

    Raises
    ------
    CourseError
        If an assignment has not been generated.
    """
    shutil.rmtree(target, ignore_errors=True)
    (target / "_static").mkdir(parents=True)
    lessons = sorted((root / "notebooks").glob("*.ipynb"))
    course = Course(root)
    # The order in which learners work is told in one place.
    order = (root / "docs" / README).read_text(encoding="utf-8")
    released = [
        root / "release" / assignment / f"{notebook}.ipynb"
        for assignment in course.assignments()
        for notebook in sorted(
            course.notebooks(assignment),
            key=lambda name: (order.find(f"`{name}`") % len(order), name),
        )
    ]
    texts = list(_texts(root))
    known = {path.resolve() for path in (*lessons, *released, *texts)}
    for path in lessons:
        _write_notebook(root, path, target, known, cache, run=run)
    for path in released:
        _write_notebook(root, path, target, known, cache, run=False)
    for path in texts:
        place = target / path.relative_to(root)
        place.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        place.write_text(_link_elsewhere(text, path.parent, root, known))
    shutil.copytree(root / "docs" / "pictures", target / "docs" / "pictures")
    for path in (root / "data").glob("*.png"):
        shutil.copy(path, target / "data" / path.name)
    bundle(course, target / BUNDLE)
    _write_index(root, target, lessons, released)


def _write_index(
    root: Path, target: Path, lessons: list[Path], released: list[Path]
) -> None:
    """Write the start page with the tree of all pages."""
    by_topic: dict[str, list[str]] = {}
    order = []
    for path in lessons:
        order.append(str(path.relative_to(root).with_suffix("")))
        by_topic[path.stem] = []
    for path in released:
        by_topic.setdefault(path.parent.name, []).append(
            str(path.relative_to(root).with_suffix(""))
        )
    assignments = [entry for entries in by_topic.values() for entry in entries]
    words = (Path(__file__).parent / "index.md").read_text(encoding="utf-8")
    (target / "index.md").write_text(
        words.replace("](../", "](")
        .replace("LESSONS", "\n".join(order))
        .replace("ASSIGNMENTS", "\n".join(assignments))
        .replace("DOCS", "\n".join(f"docs/{name}" for name in DOCS)),
        encoding="utf-8",
    )
