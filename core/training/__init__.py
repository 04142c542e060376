"""Training: the data of a run, batches, updates, checkpoints and the trainer that owns them."""
