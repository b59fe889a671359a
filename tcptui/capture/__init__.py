"""Bytes in: capture files, pipes and interfaces."""
