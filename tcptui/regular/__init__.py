"""Connections that go by the book, whole columns at a time: what the engine need not look at one by one."""
