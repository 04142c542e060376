"""The catalogue of activations, optimizers, losses and others, one class each."""
