"""Marks for tests that need more than Python: root, libpcap, network namespaces, a program.

Where CI is "true" nothing is skipped: what is missing there makes the test fail, since a test that is
skipped everywhere tests nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tcptui.capture.libpcap import available

MUST_RUN = os.environ.get("CI", "").lower() in ("true", "1")


def _namespaces_work() -> bool:
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("ip"):
        return False
    tried = subprocess.run(["unshare", "-n", "ip", "link", "set", "lo", "up"], capture_output=True)
    return tried.returncode == 0


def needs(there: bool, reason: str) -> pytest.MarkDecorator:
    """Skip where `there` is false, with this reason; not in CI."""
    return pytest.mark.skipif(not there and not MUST_RUN, reason=reason)


def needs_program(name: str) -> pytest.MarkDecorator:
    return needs(shutil.which(name) is not None, f"{name} is not installed")


needs_root = needs(os.geteuid() == 0, "needs root")
needs_libpcap = needs(available(), "libpcap is not installed")
needs_netns = needs(_namespaces_work(), "needs network namespaces (root, unshare, ip)")
