"""What is measured of a run, the immutable frames that carry it, and their history."""
