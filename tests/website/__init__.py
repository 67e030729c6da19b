"""The website: pages, links, formulas, and in a browser."""
