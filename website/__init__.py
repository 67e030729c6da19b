"""The course as a static website: see docs/deploy.md, and `make site`."""
