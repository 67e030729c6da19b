"""Measure the built website in a browser: bytes and time of the first view of pages.

    make site && python bench/site.py

Needs Chromium. Nothing is in the browser's cache, and all comes from this machine, so
the time is that of reading and drawing; the bytes say what a network adds.
"""

import http.server
import shutil
import threading
import time
from functools import partial
from pathlib import Path

import click
from playwright.sync_api import Browser, Request, sync_playwright

PAGES = (
    "index.html",
    "notebooks/01_logistic_regression.html",
    "notebooks/05_optimization.html",
    "release/03_deep_network/building_blocks.html",
    "notebooks/glossary.html",
)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def first_view(browser: Browser, address: str) -> tuple[int, int, float]:
    """Return requests, bytes and seconds of a page until it has loaded."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked: list[Request] = []
    page.on("requestfinished", lambda request: asked.append(request))
    begin = time.perf_counter()
    page.goto(address, wait_until="load")
    seconds = time.perf_counter() - begin
    page.wait_for_load_state("networkidle")
    sizes = [request.sizes() for request in asked]
    context.close()
    size = sum(s["responseBodySize"] + s["responseHeadersSize"] for s in sizes)
    return len(asked), size, seconds


@click.command()
@click.option("--site", type=click.Path(path_type=Path), default=Path("build/site"))
@click.option("--chromium", default=shutil.which("chromium"), help="The browser.")
def main(site: Path, chromium: str) -> None:
    """Print a row for each page of each edition."""
    editions = sorted(path.parent.name for path in site.glob("*/index.html"))
    with (
        http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), partial(Quiet, directory=str(site))
        ) as server,
        sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        click.echo("| page | requests | kB | seconds |\n|---|---|---|---|")
        for edition in editions:
            for name in PAGES:
                address = f"http://127.0.0.1:{server.server_port}/{edition}/{name}"
                requests, size, seconds = first_view(browser, address)
                click.echo(
                    f"| `{edition}/{name}` | {requests} | {size / 1000:.0f} "
                    f"| {seconds:.1f} |"
                )
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
