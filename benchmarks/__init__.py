"""What onair's server costs, beside the servers that one would take instead: ``python -m benchmarks``."""
