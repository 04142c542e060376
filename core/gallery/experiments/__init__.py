"""The experiments of the gallery, one module a topic."""
