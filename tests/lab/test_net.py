from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from lab.net import Namespace
from tests.support.needs import needs_netns

pytestmark = needs_netns


def here() -> str:
    return os.readlink("/proc/thread-self/ns/net")


def test_entering_is_for_the_block_only() -> None:
    before = here()
    namespace = Namespace()
    with namespace.entered():
        assert here() != before
        assert {name for _, name in socket.if_nameindex()} == {"lo"}
    assert here() == before
    namespace.close()


def test_the_thread_comes_back_when_the_block_fails() -> None:
    before = here()
    namespace = Namespace()
    with pytest.raises(RuntimeError), namespace.entered():
        raise RuntimeError
    assert here() == before
    namespace.close()


def test_kernel_parameters_are_the_namespaces_own() -> None:
    name = Path("/proc/sys/net/ipv4/tcp_fin_timeout")
    before = name.read_text()
    namespace = Namespace()
    namespace.sysctl("net.ipv4.tcp_fin_timeout", 7)
    with namespace.entered():
        assert name.read_text() == "7\n"
    assert name.read_text() == before
    namespace.close()


def test_a_command_that_fails_says_so() -> None:
    namespace = Namespace()
    with pytest.raises(subprocess.CalledProcessError):
        namespace.ip("link set nothing up")
    namespace.close()
