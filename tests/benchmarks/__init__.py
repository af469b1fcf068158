"""Speed of archviz on this machine: ``python -m tests.benchmarks``."""
