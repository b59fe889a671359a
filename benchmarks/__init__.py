"""Benchmarks: tcptui against what people use today, measured from outside."""
