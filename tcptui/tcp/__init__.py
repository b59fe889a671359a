"""Inference of both endpoints' RFC 9293 states from packets. Standard library only; no clock, no I/O."""
