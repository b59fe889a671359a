"""Which events go by the book, and who is alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcptui.regular.columns import IRREGULAR, PairColumns
from tcptui.regular.sweep import sweep
from tcptui.tcp.timers import SECOND
from tests.regular.test_rows import rows_of
from tests.support.courses import ACK, FIN, MILLISECOND, RST, SYN, Passed, capture

CALL = Passed(0, SYN, 0, 0, 0, MILLISECOND, 1)
ANSWER = Passed(1, SYN | ACK, 0, 1, 0, MILLISECOND, 2)
THIRD = Passed(0, ACK, 1, 1, 0, MILLISECOND, 3)
OPEN = [CALL, ANSWER, THIRD]


def at(after: int, one: Passed) -> Passed:
    return Passed(one.sender, one.flags, one.seq, one.ack, one.length, after, one.ip_id)


def client(flags: int, seq: int, ack: int = 1, length: int = 0) -> Passed:
    return Passed(0, flags, seq, ack, length, MILLISECOND, 9)


def server(flags: int, seq: int, ack: int = 1, length: int = 0) -> Passed:
    return Passed(1, flags, seq, ack, length, MILLISECOND, 9)


def swept(tmp_path: Path, *connections: list[Passed]) -> PairColumns:
    _, rows = rows_of(capture(tmp_path / "x.pcap", list(connections)))
    columns = PairColumns()
    columns.grow(len(connections))
    sweep(columns, rows)
    return columns


@pytest.mark.parametrize(
    ("regular", "segments"),
    [
        (True, [CALL]),
        (True, [CALL, at(SECOND, CALL)]),
        (False, [CALL, at(5 * MILLISECOND, CALL)]),
        (False, [CALL, client(SYN, 7)]),
        (True, [CALL, ANSWER]),
        (False, [CALL, server(SYN | ACK, 0, ack=2)]),
        (False, [CALL, at(SECOND, ANSWER)]),
        (False, [CALL, ANSWER, at(SECOND, ANSWER)]),
        (True, OPEN),
        (False, [CALL, ANSWER, client(ACK, 1, length=5)]),
        (True, [CALL, server(RST | ACK, 0)]),
        (False, [CALL, server(RST | ACK, 0, ack=9)]),
        (True, [*OPEN, client(FIN | ACK, 1), server(ACK, 1, ack=2), server(FIN | ACK, 1, ack=2)]),
        (False, [*OPEN, client(FIN | ACK, 5)]),
        (False, [*OPEN, client(FIN | ACK, 1), client(ACK, 2, length=5)]),
        (True, [*OPEN, client(FIN | ACK, 1), at(SECOND, client(FIN | ACK, 1))]),
        (True, [*OPEN, client(RST, 1)]),
        (False, [*OPEN, client(RST, 9)]),
        (True, [*OPEN, server(RST | ACK, 1)]),
        (False, [ANSWER, THIRD]),
    ],
)
def test_what_goes_by_the_book(tmp_path: Path, regular: bool, segments: list[Passed]) -> None:
    columns = swept(tmp_path, segments)
    assert (columns.marks[0] & IRREGULAR == 0) == regular


def test_whoever_opens_and_closes_alike_has_the_same_signature(tmp_path: Path) -> None:
    by_client = [*OPEN, client(FIN | ACK, 1), server(FIN | ACK, 1, ack=2), client(ACK, 2, ack=2)]
    by_server = [*OPEN, server(FIN | ACK, 1), client(FIN | ACK, 1, ack=2), server(ACK, 2, ack=2)]
    with_data = [
        *OPEN, client(ACK, 1, length=500), server(ACK, 1, ack=501),
        client(FIN | ACK, 501), server(FIN | ACK, 1, ack=502), client(ACK, 502, ack=2),
    ]  # fmt: skip
    signatures = swept(tmp_path, by_client, with_data, by_server, OPEN).signature[:4].tolist()
    assert signatures[0] == signatures[1]
    assert len(set(signatures)) == 3
