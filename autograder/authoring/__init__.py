"""Making assignments: sources, catalogues, recorded cases, gates, bundles."""
