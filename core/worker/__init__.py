"""Training in the background: a thread that owns the trainer, and a process for that thread."""
