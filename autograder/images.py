"""Images from a submission: only their kind and size are read, within bounds."""

import base64
import io
import warnings
from collections.abc import Mapping

from PIL import Image

__all__ = ["IMAGES", "image_size", "joined", "kept_attachments"]

IMAGES = {"image/png": "PNG", "image/jpeg": "JPEG"}
MOST_BASE64 = 4_000_000
MOST_SIDE = 8_192
MOST_PIXELS = 24_000_000
MOST_ATTACHMENTS = 5


def joined(value: object) -> str | None:
    """Return a text, which a file may hold as a list of lines; None if it is none."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return value if isinstance(value, str) else None


def image_size(kind: str, image: str | None) -> tuple[int, int] | None:
    """Return width and height of an image, or None where it is not to be shown.

    Only its header is read: no image costs more than its bytes.

    Parameters
    ----------
    kind : str
        Its MIME type.
    image : str or None
        Its bytes in Base64.

    Returns
    -------
    tuple of int, or None
        None for what is no image of this kind, or one that is too large.

    Examples
    --------
    >>> image_size("image/png", "bm8gaW1hZ2U=")
    """
    if image is None or len(image) > MOST_BASE64 or kind not in IMAGES:
        return None
    try:
        body = base64.b64decode(image.replace("\n", ""), validate=True)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(body), formats=[IMAGES[kind]]) as opened:
                width, height = opened.size
    except Exception:
        # Whatever the library says about it, it is no image to be shown.
        return None
    inside = 0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE
    return (width, height) if inside and width * height <= MOST_PIXELS else None


def kept_attachments(form: object) -> tuple[dict[str, dict[str, str]], bool]:
    """Return the images that are attached to a submitted cell.

    Parameters
    ----------
    form : object
        The cell's ``attachments``, of any form.

    Returns
    -------
    kept : dict of str to dict
        By name, as notebooks hold them: a few PNG and JPEG images within bounds.
    left_out : bool
        Whether there was anything else.
    """
    if form is None or form == {}:
        return {}, False
    kept: dict[str, dict[str, str]] = {}
    given = form if isinstance(form, Mapping) else {}
    for name, bundle in list(given.items())[: 4 * MOST_ATTACHMENTS]:
        images = {
            kind: image
            for kind, value in (bundle if isinstance(bundle, Mapping) else {}).items()
            if kind in IMAGES and (image := joined(value)) and image_size(kind, image)
        }
        usable = isinstance(name, str) and 0 < len(name) <= 200
        if len(images) == 1 and usable and len(kept) < MOST_ATTACHMENTS:
            kept[name] = images
    return kept, len(given) != len(kept) or not given
