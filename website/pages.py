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
from website.anchors import section_ids
from website.editions import SiteEdition
from website.execution import executed, frames_folder

__all__ = ["Site"]

DOCS = (
    *("learner", "instructor", "service", "doors", "deploy", "maintainer"),
    *("quality", "security"),
)
BUNDLE = "neural-networks.zip"
CHECK = re.compile(r"^check(\(|\.progress\()", re.M)
DATA_IMAGE = re.compile(r'<img ([^>]*)src="data:image/png;base64,([^"]+)"([^>]*)>')
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#]*)(#[^)\s]*)?\)")
# A figure of a notebook is made for sharp screens: so many pixels for one of the page.
SHARPNESS = 1.5
WIDEST = 1400


class Page:
    """One notebook on its way into the site; `words` are those that it says itself."""

    def __init__(
        self,
        name: str,
        notebook: NotebookNode,
        images: Path,
        kept: Path,
        words: dict[str, str],
    ) -> None:
        self.name = name
        self.notebook = notebook
        self.images = images
        self.kept = kept
        self.words = words
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
        shape = ' class="wide"' if width > 2 * height else ""
        return (
            f'<img{shape} src="../{address}" alt="{html.escape(words)}" '
            f'width="{width}" height="{height}" loading="lazy" decoding="async">'
        )


def _words(text: str) -> str:
    """Return a caption without its Markdown."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\s+", " ", re.sub(r"[*`$\\]", "", text)).strip()


def _captions(cells: list[NotebookNode], words: dict[str, str]) -> dict[str, str]:
    """Return, for each code cell, the caption nearest to it, or its section."""
    figure = re.compile(rf"{re.escape(words['figure'])}\s*(.+?)(?:\n\n|$)", re.S)
    told: dict[str, str] = {}
    section, last = "", ""
    for cell in cells:
        if cell.cell_type == "markdown":
            for mark in re.finditer(r"^#+ (.+)$", cell.source, re.M):
                section, last = _words(mark[1]), ""
            found = figure.findall(cell.source)
            last = _words(found[-1]) if found else last
        else:
            told[cell.id] = last or words["figure_of"].format(section=section)
    # A caption may also stand right after its figure.
    for cell, after in itertools.pairwise(cells):
        if cell.cell_type == "code" and after.cell_type == "markdown":
            found = figure.match(after.source.lstrip())
            if found:
                told[cell.id] = _words(found[1])
    return told


def _output(page: Page, output: NotebookNode, words: str) -> NotebookNode | None:
    """Return an output as the site shows it, or None."""
    if output.output_type == "stream":
        # Of warnings and of a prediction that nobody has made, the page says nothing.
        said = rf"^{re.escape(page.words['prediction'])} ?(\.\.\.|None)?\n?"
        output.text = re.sub(said, "", output.text, flags=re.M)
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
    captions = _captions(page.notebook.cells, page.words)
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


def _downloads(page: Page, words: dict[str, str]) -> None:
    """Put the ways to work with the notebook below its title."""
    first = page.notebook.cells[0]
    title, _, rest = first.source.partition("\n")
    first.source = (
        f"{title}\n\n```{{container}} downloads\n"
        f"{{download}}`{words['download_notebook']} </downloads/{page.name}.ipynb>` "
        f"{{download}}`{words['download_course']} </{BUNDLE}>`\n```\n\n{rest}"
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


def _texts_of(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def _texts(root: Path) -> Iterator[Path]:
    """List the texts that are pages as they are."""
    yield from sorted((root / "notebooks").glob("*.md"))
    for name in DOCS:
        yield root / "docs" / f"{name}.md"
    yield root / "CONTRIBUTING.md"
    yield root / "bench" / "results.md"
    yield root / "data" / "README.md"


class Site:
    """The sources of one edition's pages.

    Parameters
    ----------
    root : Path
        The course.
    edition : SiteEdition
        The edition.
    target : Path
        A folder of our own, made anew.
    cache : Path
        Executed lessons and images, kept between builds.
    """

    def __init__(
        self, root: Path, edition: SiteEdition, target: Path, cache: Path
    ) -> None:
        self.root, self.edition, self.target, self.cache = root, edition, target, cache
        self.course = Course(root)
        self.lessons = sorted((root / "notebooks").glob("*.ipynb"))
        # The order in which learners work is told in one place.
        order = (root / "docs" / README).read_text(encoding="utf-8")
        self.released = [
            root / "release" / assignment / f"{notebook}.ipynb"
            for assignment in self.course.assignments()
            for notebook in sorted(
                self.course.notebooks(assignment),
                key=lambda name: (order.find(f"`{name}`") % len(order), name),
            )
        ]
        self.texts = list(_texts(root))
        self.known = {
            path.resolve() for path in (*self.lessons, *self.released, *self.texts)
        }
        #: Pages that the edition has in English only.
        self.english: list[str] = []
        #: The ids of the sections of each page, which are those of the English one.
        self.ids: dict[str, list[str]] = {}

    def prepare(self, *, run: bool = True) -> None:
        """Write everything that Sphinx reads.

        Parameters
        ----------
        run : bool
            Whether lessons are run; without, they have no outputs.

        Raises
        ------
        CourseError
            If an assignment has not been generated.
        """
        shutil.rmtree(self.target, ignore_errors=True)
        (self.target / "_static").mkdir(parents=True)
        for path in self.lessons:
            self._write_notebook(path, run=run)
        for path in self.released:
            self._write_notebook(path, run=False)
        for path in self.texts:
            own, english = self._own(path)
            self.ids[self._page(path)] = section_ids([path.read_text("utf-8")])
            self._write(path, self._linked(own.read_text("utf-8"), path, english))
        shutil.copytree(self.root / "docs" / "pictures", self.target / "docs/pictures")
        for path in (self.root / "data").glob("*.png"):
            shutil.copy(path, self.target / "data" / path.name)
        bundle(
            self.course,
            self.target / BUNDLE,
            self.edition.language,
            self.edition.folder,
        )
        self._write_index()

    def _own(self, path: Path) -> tuple[Path, bool]:
        """Return the edition's file of a page, and whether it is the English one."""
        name = path.relative_to(self.root)
        own = self.edition.folder / name
        if own.is_file():
            return own, False
        self.english.append(str(name.with_suffix("")))
        return path, True

    def _linked(self, text: str, path: Path, english: bool) -> str:
        text = self.edition.relinked(text) if english else text
        return _link_elsewhere(text, path.parent, self.root, self.known)

    def _write(self, path: Path, text: str) -> None:
        place = self.target / path.relative_to(self.root)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def _write_notebook(self, path: Path, run: bool) -> None:
        """Write one notebook's page: a lesson with its outputs, or a released one."""
        own, english = self._own(path)
        notebook = (
            executed(self.root, own, self.cache, self.edition.language)
            if run
            else nbformat.read(own, as_version=4)
        )
        page = Page(
            path.stem,
            notebook,
            self.target / "_static" / "figures",
            self.cache / "images",
            self.edition.words["notebook"],
        )
        _outputs(page, frames_folder(self.cache, path))
        for cell in _texts_of(notebook):
            cell.source = self._linked(cell.source, path, english)
        texts = _texts_of(nbformat.read(path, as_version=4))
        self.ids[self._page(path)] = section_ids(cell.source for cell in texts)
        download = self.target / "downloads" / path.name
        download.parent.mkdir(exist_ok=True)
        shutil.copy(own, download)
        _downloads(page, self.edition.words["site"])
        notebook.metadata = nbformat.from_dict(
            {
                "kernelspec": {"name": "python3", "display_name": "Python"},
                "language_info": {"name": "python", "pygments_lexer": "ipython3"},
            }
        )
        self._write(path, nbformat.writes(notebook))

    def _write_index(self) -> None:
        """Write the start page with the tree of all pages."""
        by_topic: dict[str, list[str]] = {path.stem: [] for path in self.lessons}
        for path in self.released:
            by_topic.setdefault(path.parent.name, []).append(self._page(path))
        english = self.root / "website" / "index.md"
        own, _ = self._own(english)
        self.ids["index"] = section_ids([english.read_text("utf-8"), "# Contents"])
        words = self.edition.words["site"]
        trees = {
            words["lessons"]: [self._page(path) for path in self.lessons],
            words["assignments"]: [
                name for names in by_topic.values() for name in names
            ],
            words["reference"]: ["notebooks/reference", "notebooks/glossary"],
            words["about"]: [
                *(f"docs/{name}" for name in DOCS),
                *("CONTRIBUTING", "bench/results", "data/README"),
            ],
        }
        text = own.read_text(encoding="utf-8").replace("](../", "](")
        title, lead, rest = text.split("\n\n", 2)
        first = f"{self._page(self.lessons[1])}.ipynb"
        text = (
            f"{title}\n\n```{{container}} lead\n{lead}\n```\n\n"
            f"```{{container}} start\n[{words['read_first']}]({first}) "
            f"[{words['download_course']}]({BUNDLE})\n```\n\n{rest}\n"
            f"## {words['contents']}\n\n"
            f"| {words['lesson']} | {words['assignments']} |\n|---|---|\n"
        )
        # A link without words has the title of its page.
        for path in self.lessons:
            links = "<br>".join(f"[]({name}.ipynb)" for name in by_topic[path.stem])
            text += f"| []({self._page(path)}.ipynb) | {links} |\n"
        for caption, names in trees.items():
            listed = "\n".join(names)
            text += (
                f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n:maxdepth: 1\n\n"
                f"{listed}\n```\n"
            )
        (self.target / "index.md").write_text(text, encoding="utf-8")

    def _page(self, path: Path) -> str:
        return str(path.relative_to(self.root).with_suffix(""))
