"""Figures of the course, one module for each kind of picture.

A figure is white, described in words and told apart by more than colour; see
:mod:`helpers.plots.style`. As the last expression of a cell it shows itself,
elsewhere ``show(figure)`` does.

========================== =====================================================
`helpers.plots.curves`     costs, bands over seeds, validation curves
`helpers.plots.boundaries` points of two classes and decision boundaries
`helpers.plots.functions`  activations and their slopes
`helpers.plots.histograms` values layer by layer
`helpers.plots.bars`       results and differences with intervals
`helpers.plots.networks`   networks, the flow of data, graphs with numbers
========================== =====================================================

The other modules draw what one assignment or lesson needs.
"""
