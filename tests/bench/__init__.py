"""Benchmarks: `python -m tests.bench [core] [window]`. Ratios against a peer in the same run."""
