"""Point to files outside by paths with dots, for a page to copy them in."""

import json

FIRST = 'print("TRIED")'
WHERE = (
    "../../../cases/note.json",
    "../../../home/notes.txt",
    "../../honest/01_tiny/tiny.ipynb",
    "../../../source/01_tiny/misconceptions.toml",
)


def prepare(place):
    """Name the files in pictures, frames, links, attachments and metadata."""
    path = place.submission / "tiny.ipynb"
    notebook = json.loads(path.read_text())
    for number, where in enumerate(WHERE):
        text = "\n\n".join(
            f"![picture]({one}) <img src='{one}'> <object data='{one}'></object>"
            f" <iframe src='{one}'></iframe> <link rel=stylesheet href='{one}'>"
            for one in (where, f"file://{place.root}/{where.replace('../', '')}")
        )
        notebook["cells"].append(
            {
                "cell_type": "markdown",
                "id": f"points-{number}",
                "source": text,
                "metadata": {"path": where, "filename": where},
                "attachments": {where: {"image/png": where}},
            }
        )
    notebook["metadata"].update(path="../../..", name="../../../cases/note")
    path.write_text(json.dumps(notebook))


def harm(place):
    """Look for what was copied in, in the graded folder and the feedback."""
    names = {where.rsplit("/", 1)[-1] for where in WHERE} - {"tiny.ipynb"}
    folders = [place.root / step / place.name for step in ("autograded", "feedback")]
    return [p for folder in folders for p in folder.rglob("*") if p.name in names]
