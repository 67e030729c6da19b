"""What learners import: activations, layers, datasets, plots and checks.

============================ ===================================================
`helpers.activations`        sigmoid, tanh, ReLU, softmax, and their derivatives
`helpers.layers`             the same with a cache, for deep networks
`helpers.networks`           a network of any depth, layer by layer or at once
`helpers.stacks`             many networks in stacked arrays, trained at once
`helpers.optimizers`         momentum, mini-batches
`helpers.gradients`          central differences, `check_gradients`
`helpers.statistics`         intervals, means with errors, paired differences
`helpers.datasets`           cats, digits, football, flower, moons, circles, ...
`helpers.plots`              figures, one module for each kind of image
`helpers.progress`           `progress(iterable)`: a bar for long loops
`helpers.training`           `train_live`: a curve that grows, stops and goes on
`helpers.checks`             `checks_for(notebook)`: the `check` of a notebook
============================ ===================================================

Each module begins with a table of its functions.
"""
