"""Custom plots without curves: the network, its outputs over a plane, matrices, images."""
