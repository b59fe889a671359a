"""How fast tcptui is, beside the tools people use today: `python -m benchmarks`."""
