"""Figures of the course, one module for each kind.

A figure is white, described in words and told apart by more than colour; see
:mod:`helpers.plots.style`. As the last expression of a cell it shows itself,
elsewhere ``show(figure)`` does. The functions of `panels` and `diagrams` draw
on axes that the notebook opens.

Everywhere `title`, `xlabel` and `ylabel` are words around the figure, in place of
the usual ones; `log` makes the vertical axis logarithmic, and with `axes` a
function draws into a panel instead of a new figure.

============================= ==================================================
`helpers.plots.bars`          fractions and differences with intervals
`helpers.plots.boundaries`    points of two classes and decision boundaries
`helpers.plots.cats`          the drawn cats: mistakes, stress, your own cat
`helpers.plots.curves`        costs, means over seeds, validation curves
`helpers.plots.diagrams`      boxes, circles and arrows of the lessons
`helpers.plots.functions`     vectors before and after scaling
`helpers.plots.gradients`     entries of gradients, errors of gradient checks
`helpers.plots.graphs`        the flow of data, graphs with numbers
`helpers.plots.histograms`    samples, and values layer by layer
`helpers.plots.images`        images, masks, accuracy by group
`helpers.plots.optimization`  mini-batches, valleys, averages, learning rates
`helpers.plots.panels`        lines, points, regions, bars on given axes
`helpers.plots.sliders`       panels that follow sliders
`helpers.plots.weights`       weights of units, and weights as images
============================= ==================================================
"""
