"""Headless output."""
