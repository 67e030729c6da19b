"""What learners import: activations, layers, datasets, plots and checks."""
