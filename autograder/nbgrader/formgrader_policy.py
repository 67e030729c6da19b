"""Content-Security-Policies for Formgrader: an extension of Jupyter's server.

No setting of nbgrader's gives its lists one. The extension is enabled by the file
``formgrader_policy.json`` beside this one, which is installed where Jupyter looks for
an environment's settings. Pages of submissions have a policy of their own, see
`autograder.nbgrader.sanitizing.PageStyles`. What lies beside a graded notebook is a
learner's, and nbgrader gives it out as if it were a page of its own.
"""

import functools
import re
from importlib.resources import files

from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

from autograder.nbgrader.sanitizing import formgrader_rules

SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# What the templates' own scripts say: values by name, which hold no code.
VALUES = re.compile(r"(?:\s*var \w+ = (?:\"[^\"\\<>\n]*\"|[\w.]+);?)*\s*")
HANDLER = re.compile(r"\bon[a-z]+=\"([^\"{}]+)\"", re.IGNORECASE)
OF_FILES = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def list_policy(page: str, scripts: str) -> str:
    """Return what may run and load in one of Formgrader's lists.

    nbgrader's own scripts are below `scripts`, which has no scheme; of those in the
    page only those run that do nothing but name values.
    """
    own = [found for found in SCRIPT.findall(page) if VALUES.fullmatch(found)]
    rules = formgrader_rules([*own, *handlers()], scripts)
    return f"{rules}; frame-ancestors 'self'"


@functools.cache
def handlers() -> list[str]:
    """Return what the templates of nbgrader's lists do on a click, as written."""
    templates = files("nbgrader.server_extensions.formgrader") / "templates"
    pages = (item for item in templates.iterdir() if item.name.endswith(".tpl"))
    return sorted(
        {code for page in pages for code in HANDLER.findall(page.read_text())}
    )


def _transform(base_url: str) -> type[OutputTransform]:
    """Return what adds policies to Formgrader's lists, and to learners' files."""
    top = url_path_join(base_url, "formgrader/")
    static = url_path_join(top, "static/")
    submissions = url_path_join(top, "submissions/")
    file = re.compile(re.escape(submissions) + "(?!components/)[^/]+/.+", re.DOTALL)

    class FormgraderPolicy(OutputTransform):
        """Sees each answer of the server before it is sent."""

        def __init__(self, request: HTTPServerRequest) -> None:
            path = request.path or ""
            self._scripts = f"{request.host}{static}"
            self._is_file = file.fullmatch(path) is not None
            self._is_list = path.startswith(top) and not path.startswith(
                (static, submissions)
            )

        def transform_first_chunk(
            self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
        ) -> tuple[int, HTTPHeaders, bytes]:
            """Set the policy of a list, or of a learner's file."""
            if self._is_file:
                headers["Content-Security-Policy"] = OF_FILES
            if self._is_list and headers.get("Content-Type", "").startswith(
                "text/html"
            ):
                page = chunk.decode("utf-8", "replace")
                headers["Content-Security-Policy"] = list_policy(page, self._scripts)
            return status_code, headers, chunk

    return FormgraderPolicy


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Add the policy; called by Jupyter's server when it starts."""
    server.web_app.add_transform(_transform(server.base_url))
