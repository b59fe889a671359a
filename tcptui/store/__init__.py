"""Packets as NumPy columns, and the flows they belong to."""
