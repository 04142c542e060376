"""Custom pictures for plots: the network, its outputs over a plane, matrices, images."""
