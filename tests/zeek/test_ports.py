"""Which end is taken for the server by its port."""

from __future__ import annotations

import pytest

from tcptui.zeek.ports import starts_at_server


@pytest.mark.parametrize(
    ("source", "destination", "syn", "server"),
    [
        (80, 50000, True, True),
        (80, 50000, False, True),
        (50000, 80, False, False),
        (50000, 50001, False, False),
        (22, 80, False, True),  # both could be: the lower one is
        (80, 22, False, False),
        (22, 80, True, False),  # a SYN,ACK may be a scan's, and is believed
    ],
)
def test_the_first_packet_comes_from_the_server(
    source: int, destination: int, syn: bool, server: bool
) -> None:
    assert starts_at_server(source, destination, syn=syn) == server
