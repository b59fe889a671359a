"""A mark for tests that ask the kernel itself: root, namespaces, and a tracing instance of one's own.

Unlike what `needs` marks, these are skipped even in CI where the machine does not permit it: it is a
matter of the machine, not of what is installed. The recordings are compared there, all the same.
"""

from __future__ import annotations

import os

import pytest

from lab.net import Namespace
from lab.tracing import Tracer, TracingError


def _why_not() -> str:
    if os.geteuid() != 0:
        return "needs root"
    try:
        Namespace().close()
        Tracer().close()
    except (OSError, TracingError) as error:
        return f"the machine does not permit it: {error}"
    return ""


WHY_NOT = _why_not()
needs_tracing = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "tracing is permitted")
