"""The catalogue against PyTorch in float64: live where it is installed, else by golden files."""
