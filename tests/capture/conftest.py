"""What the tests of feeds share."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def pipe():
    """(read end, write end); the test closes the write end, or not."""
    ends = os.pipe()
    yield ends
    for fd in ends:
        try:
            os.close(fd)
        except OSError:
            continue
