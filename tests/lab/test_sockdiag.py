"""What sock_diag finds, in the kernel's order of looking."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from lab.frame import Side, sent_by
from lab.lab import Lab
from lab.sockdiag import NOTHING, Found, SockDiag
from lab.wire import Drop, Link
from tests.support.needs import needs_netns

pytestmark = needs_netns


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(Link(delay=0.001)) as lab:
        yield lab


def test_each_kind_of_socket_is_found(lab: Lab) -> None:
    ask_a, ask_b = SockDiag(lab.a.namespace), SockDiag(lab.b.namespace)
    a, b = (lab.a.address, 40000), (lab.b.address, 80)
    assert ask_b.ask(b, a) == NOTHING
    with lab.b.tcp(80) as listener, lab.a.tcp(40000) as client:
        listener.listen()
        assert ask_b.ask(b, a) == Found("LISTEN", True)
        lab.wire.rule(sent_by(Side.A, "."), Drop(), times=None)
        client.connect(b)
        assert ask_a.ask(a, b) == Found("ESTABLISHED", True)
        assert ask_b.ask(b, a) == Found("SYN_RCVD", False)  # a request
        lab.wire.clear()
        client.sendall(b"x")
        server, _ = listener.accept()
        assert ask_b.ask(b, a) == Found("ESTABLISHED", True)
        client.close()
        time.sleep(0.1)
        assert ask_a.ask(a, b) == Found("FIN_WAIT_2", False)  # no socket any more
        server.recv(100)
        server.close()
        time.sleep(0.1)
        assert ask_a.ask(a, b) == Found("TIME_WAIT", False)
        assert ask_b.ask(b, a) == Found("LISTEN", True)
    ask_a.close()
    ask_b.close()
