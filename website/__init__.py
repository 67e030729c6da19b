"""The course as a static website: see docs/deploy.md, and `make site`."""

import sys

# jsonschema would compile grammars of addresses for two seconds, in each process of a
# build; notebooks need none.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
