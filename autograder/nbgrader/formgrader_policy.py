"""A Content-Security-Policy for Formgrader's lists: an extension of Jupyter's server.

No setting of nbgrader's gives its lists one. The extension is enabled by the file
``formgrader_policy.json`` beside this one, which is installed where Jupyter looks for
an environment's settings. Pages of submissions have a policy of their own, see
`autograder.nbgrader.sanitizing.PageStyles`.
"""

import base64
import hashlib
import re

from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

__all__ = ["list_policy"]

SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# What the templates' own scripts say: values by name, which hold no code.
VALUES = re.compile(r"(?:\s*var \w+ = (?:\"[^\"\\<>\n]*\"|[\w.]+);?)*\s*")
HANDLER = "toggleAllNames()"


def list_policy(page: str, scripts: str) -> str:
    """Return what may run and load in one of Formgrader's lists.

    Parameters
    ----------
    page : str
        The page as the server sends it.
    scripts : str
        Where nbgrader's own scripts are, without a scheme.

    Returns
    -------
    str
        The policy; of the scripts in the page only those run that do nothing but
        name values.
    """
    own = [found for found in SCRIPT.findall(page) if VALUES.fullmatch(found)]
    digests = (hashlib.sha256(code.encode()).digest() for code in [*own, HANDLER])
    known = " ".join(f"'sha256-{base64.b64encode(d).decode()}'" for d in digests)
    return "; ".join(
        [
            "default-src 'none'",
            "connect-src 'self'",
            "font-src 'self'",
            "img-src 'self' data:",
            f"script-src {scripts} 'unsafe-hashes' {known}",
            "style-src 'self' 'unsafe-inline'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        ]
    )


def _transform(base_url: str) -> type[OutputTransform]:
    """Return what adds the policy to Formgrader's lists, and to nothing else."""
    top = url_path_join(base_url, "formgrader/")
    static = url_path_join(top, "static/")
    submissions = url_path_join(top, "submissions/")

    class FormgraderPolicy(OutputTransform):
        """Sees each answer of the server before it is sent."""

        def __init__(self, request: HTTPServerRequest) -> None:
            path = request.path or ""
            self._scripts = f"{request.host}{static}"
            self._is_list = path.startswith(top) and not path.startswith(
                (static, submissions)
            )

        def transform_first_chunk(
            self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
        ) -> tuple[int, HTTPHeaders, bytes]:
            """Set the policy of a list."""
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
