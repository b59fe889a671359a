"""`needs_namespaces`: for tests that build a lab of network namespaces."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from lab.net import Namespace


def _possible() -> bool:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    try:
        Namespace().close()
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


needs_namespaces = pytest.mark.skipif(
    not _possible(), reason="needs root, iproute2 and the right to make network namespaces"
)
