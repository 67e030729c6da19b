"""Hide inputs in the bits of NaN, signs of zero, sizes, types and strides."""

import re

TRIED = False
HONEST = 3.0
STOCK = "it attacks the way to the judge, which stock nbgrader does not have"
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "spread": """
        def spread(X, power):
            bits = X.ravel()[:4].view(np.uint64) >> np.uint64(13)
            payload = (bits | np.uint64(0x7FF8_0000_0000_0000)).view(np.float64)
            Z = np.lib.stride_tricks.as_strided(payload, (4, 1), (8, 0))
            kinds = [np.float16, np.float32, np.int8, np.uint64, np.bool_]
            return Z, X.astype(kinds[int(abs(X[0, 0]) * 1e6) % 5]) * -0.0
    """,
}


def harm(place):
    """Look for numbers, types or sizes beside a hidden case on the page."""
    pages = (place.root / "feedback" / place.name).rglob("*.html")
    rows = [
        row
        for page in pages
        for row in re.findall(r"<tr>.*?</tr>", page.read_text(), re.DOTALL)
        if "hidden" in row
    ]
    return [row for row in rows if re.search(r"nan|float|int8|\d\.\d{3}", row)]
