"""``python -m website``: build the site into build/site."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from website.font import write_chinese
from website.links import broken_links
from website.pages import prepare

ROOT = Path(__file__).resolve().parents[1]
# The site's start leads to the first edition without a script.
START = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<title>Neural networks from scratch in NumPy</title>
<meta http-equiv="refresh" content="0; url=en/index.html"></head>
<body><p><a href="en/index.html">Neural networks from scratch in NumPy</a></p></body>
</html>
"""


@click.command()
@click.option("--target", type=click.Path(path_type=Path), default=Path("build/site"))
@click.option("--quick", is_flag=True, help="Do not run lessons: no figures.")
def main(target: Path, quick: bool) -> None:
    """Build the site: run the lessons, write the pages, check the links."""
    target = target.resolve()
    work = target.with_name(f"{target.name}-work")
    if not quick:
        click.echo("running the lessons that have changed, up to a minute each")
    prepare(ROOT, work / "source" / "en", work / "executed", run=not quick)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    command = [
        *(sys.executable, "-m", "sphinx", "-b", "html", "-q", "-W", "--keep-going"),
        *("-c", str(ROOT / "website"), "-d", str(work / "doctrees" / "en")),
        *(str(work / "source" / "en"), str(target / "en")),
    ]
    environment = {
        **os.environ,
        "SITE_EDITION": "en",
        "SITE_EDITIONS": "en",
        "SITE_FIGURES": str(work / "source" / "en" / "_static"),
    }
    if subprocess.run(command, env=environment, cwd=ROOT).returncode:
        raise SystemExit("the site was not built: see the warnings above")
    pages = sorted(target.rglob("*.html"))
    write_chinese(
        ROOT / "helpers" / "fonts" / "zh_Hans.otf",
        {c for page in pages for c in page.read_text(encoding="utf-8")},
        target / "en" / "_static" / "course-chinese.woff2",
    )
    # Of myst-nb: the notebooks once more.
    shutil.rmtree(target / "jupyter_execute", ignore_errors=True)
    (target / "index.html").write_text(START, encoding="utf-8")
    broken = broken_links(target)
    for line in broken:
        click.echo(line, err=True)
    if broken:
        raise SystemExit(f"{len(broken)} links lead nowhere")
    click.echo(f"{len(pages)} pages in {target}; open {target / 'index.html'}")


if __name__ == "__main__":
    main()
