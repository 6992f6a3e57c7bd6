"""Training: the loop as a generator of steps, recipes, checkpoints, device and precision."""
