"""tcptui: see TCP happen in a terminal."""

__version__ = "0.1.0"
