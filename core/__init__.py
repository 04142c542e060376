"""The subject itself: data, networks, training and what is measured of them. No Qt, no printing."""
