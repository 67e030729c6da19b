"""``python -m website``: build the site, in all editions, into build/site."""

import html
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from autograder.store import ENGLISH
from website.editions import SiteEdition, make_english, make_translated, site_editions
from website.font import write_chinese
from website.interface import write_interface
from website.links import broken_links
from website.pages import Site
from website.policy import with_policy

ROOT = Path(__file__).resolve().parents[1]
# The site's start leads to an edition: the one chosen last, the browser's, or English.
START = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="en/_static/course-icon.svg">
<title>{title}</title>
<noscript><meta http-equiv="refresh" content="0; url=en/index.html"></noscript>
<script>
const editions = {locales};
const wanted = [localStorage.getItem("edition"), ...navigator.languages.map(
  (language) => Object.keys(editions).find(
    (name) => editions[name].slice(0, 2) === language.slice(0, 2)))];
location.replace((wanted.find((name) => name in editions) || "en") + "/index.html");
</script></head>
<body>{links}</body>
</html>
"""
# A host shows it at any depth, so its links begin at the site's place on the host.
MISSING = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="{start}en/_static/course-icon.svg">
<title>404</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.1em/1.6 system-ui, sans-serif; }}
body {{ max-width: 34em; margin: 12vh auto; padding: 0 1.2em; }}
h1 {{ font-size: 1.4em; }}
</style></head>
<body><main>{parts}</main></body>
</html>
"""


@click.command()
@click.option("--target", type=click.Path(path_type=Path), default=Path("build/site"))
@click.option("--quick", is_flag=True, help="Do not run lessons: no figures.")
@click.option("--base", default="/", help="Path of the site at its host, for 404.html.")
def main(target: Path, quick: bool, base: str) -> None:
    """Build the site: run the lessons, write the pages, check the links."""
    target = target.resolve()
    work = target.with_name(f"{target.name}-work")
    if not quick:
        click.echo("running the lessons that have changed, up to a minute each")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    editions = [make_english(ROOT)]
    for language in site_editions(ROOT)[1:]:
        folder = work / "editions" / language
        shutil.rmtree(folder, ignore_errors=True)
        editions.append(make_translated(ROOT, language, folder))
    with ThreadPoolExecutor(len(editions)) as pool:
        built = list(
            pool.map(lambda one: _build(one, editions, target, work, quick), editions)
        )
    if not all(built):
        raise SystemExit("the site was not built: see the warnings above")
    links = "".join(
        f'<p><a href="{one.language}/index.html" lang="{one.locale}">'
        f"{html.escape(one.words['site']['title'])}</a></p>"
        for one in editions
    )
    locales = json.dumps({one.language: one.locale for one in editions})
    title = editions[0].words["site"]["title"]
    start = START.format(title=title, locales=locales, links=links)
    (target / "index.html").write_text(start, encoding="utf-8")
    # GitHub Pages would leave out folders such as _static.
    (target / ".nojekyll").touch()
    for path in target.rglob("*.html"):
        path.write_text(with_policy(path.read_text("utf-8")), encoding="utf-8")
    broken = broken_links(target)
    for line in broken:
        click.echo(line, err=True)
    if broken:
        raise SystemExit(f"{len(broken)} links lead nowhere")
    missing = with_policy(_missing(editions, base))
    (target / "404.html").write_text(missing, encoding="utf-8")
    pages = len(list(target.rglob("*.html")))
    click.echo(f"{pages} pages in {target}; open {target / 'index.html'}")


def _missing(editions: list[SiteEdition], base: str) -> str:
    """Return the page that a host shows where there is none."""
    start = html.escape("/" + f"{base.strip('/')}/".lstrip("/"))
    parts = []
    for one in editions:
        words = {key: html.escape(said) for key, said in one.words["site"].items()}
        place = f"{start}{one.language}"
        parts.append(
            f'<section lang="{one.locale.replace("_", "-")}">'
            f"<h1>{words['no_page']}</h1><p>{words['no_page_help']}</p>"
            f'<p><a href="{place}/index.html">{words["title"]}</a> · '
            f'<a href="{place}/search.html">{html.escape(one.words["theme"]["search"])}'
            "</a></p></section>"
        )
    return MISSING.format(start=start, parts="\n".join(parts))


def _build(
    edition: SiteEdition,
    editions: list[SiteEdition],
    target: Path,
    work: Path,
    quick: bool,
) -> bool:
    """Build the pages of one edition; return whether Sphinx had nothing to warn of."""
    name = edition.language
    source, kept = work / "source" / name, work / "executed"
    site = Site(ROOT, edition, source, kept if name == ENGLISH else kept / name)
    site.prepare(run=not quick)
    settings = work / f"{name}.json"
    form = {
        "language": name,
        "locale": edition.locale,
        "locales": str(write_interface(edition, work / "locales")),
        "words": edition.words,
        "ids": site.ids,
        "english": site.english if name != ENGLISH else [],
        "editions": [
            {
                "language": one.language,
                "name": one.name,
                "locale": one.locale.replace("_", "-"),
            }
            for one in editions
        ],
        "figures": str(source / "_static"),
    }
    settings.write_text(json.dumps(form), encoding="utf-8")
    # myst-nb writes the notebooks once more beside the pages: not into the site.
    made = work / "html" / name / name
    shutil.rmtree(made, ignore_errors=True)
    command = [
        *(sys.executable, "-m", "sphinx", "-b", "html", "-q", "-W", "--keep-going"),
        *("-c", str(ROOT / "website"), "-d", str(work / "doctrees" / name)),
        *(str(source), str(made)),
    ]
    environment = os.environ | {"SITE_SETTINGS": str(settings)}
    done = subprocess.run(command, env=environment, cwd=ROOT)
    if done.returncode:
        return False
    font = ROOT / "helpers" / "fonts" / "zh_Hans.otf"
    shown = "".join(page.read_text("utf-8") for page in made.rglob("*.html"))
    write_chinese(font, set(shown), made / "_static" / "course-chinese.woff2")
    shutil.move(made, target / name)
    return True


if __name__ == "__main__":
    main()
