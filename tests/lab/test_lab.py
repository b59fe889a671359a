from __future__ import annotations

import os
import threading

from lab.lab import Lab
from tests.support.needs import needs_netns

pytestmark = needs_netns


def test_nothing_is_left_behind() -> None:
    threads, descriptors = threading.active_count(), len(os.listdir("/proc/self/fd"))
    with Lab():
        assert threading.active_count() == threads + 1
    assert threading.active_count() == threads
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_two_labs_at_once_do_not_meet() -> None:
    with Lab() as one, Lab() as other:
        first, second = one.b.tcp(9502), other.b.tcp(9502)
        assert first.getsockname() == second.getsockname()
        first.close()
        second.close()
