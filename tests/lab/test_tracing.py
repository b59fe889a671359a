from __future__ import annotations

import socket
import struct
import time

import pytest

from lab.lab import Lab
from lab.net import Namespace
from lab.tracing import Traced, Tracer
from lab.wire import Link
from lab.witness import claim_net
from tests.support.tracing import needs_tracing

pytestmark = needs_tracing


def test_a_connection_is_traced_on_the_clock_of_the_captures() -> None:
    net, claim = claim_net()
    with claim, Tracer() as tracer, Lab(Link(delay=0.001), net=net) as lab:
        before = time.time_ns()
        with lab.b.tcp(80) as listener, lab.a.tcp(40000) as client:
            listener.listen()
            client.connect((lab.b.address, 80))
            listener.accept()[0].close()
            time.sleep(0.05)
        time.sleep(0.1)
        after = time.time_ns()
        events = [one for one in tracer.about({lab.a.address}) if one.kind == "inet_sock_set_state"]
        assert tracer.lost() == 0
    assert [(one.old, one.new) for one in events] == [
        ("CLOSED", "SYN_SENT"),
        ("SYN_SENT", "ESTABLISHED"),
        ("ESTABLISHED", "CLOSE_WAIT"),
        ("CLOSE_WAIT", "LAST_ACK"),
        ("LAST_ACK", "CLOSED"),
    ]
    assert {(one.own, one.peer) for one in events} == {((lab.a.address, 40000), (lab.b.address, 80))}
    assert len({one.address for one in events}) == 1
    assert before < events[0].time_ns < events[-1].time_ns < after


def test_a_reset_is_traced() -> None:
    net, claim = claim_net()
    with claim, Tracer() as tracer, Lab(Link(delay=0.001), net=net) as lab:
        with lab.a.tcp(40000) as client, pytest.raises(ConnectionRefusedError):
            client.connect((lab.b.address, 81))
        kinds = {one.kind for one in tracer.about({lab.a.address})}
    assert "tcp_receive_reset" in kinds


def test_nothing_is_left_behind() -> None:
    tracer = Tracer()
    instance = tracer._instance
    assert instance.is_dir()
    tracer.close()
    assert not instance.is_dir()


def test_two_tracers_see_the_same() -> None:
    with Tracer() as one, Tracer() as other:
        namespace = Namespace()
        with namespace.entered():
            made = socket.create_server(("127.0.0.1", 0))
        port = made.getsockname()[1]
        made.close()
        namespace.close()
        seen = [[e for e in t.about({"127.0.0.1"}) if e.own and e.own[1] == port] for t in (one, other)]
    assert len(seen[0]) == len(seen[1]) > 0


# -- the ring buffer's pages ---------------------------------------------------------------------------


def set_state(tracer: Tracer, new: int) -> bytes:
    """The record of an inet_sock_set_state event, as this kernel lays it out."""
    number, fields = next((n, f) for n, (name, f) in tracer._formats.items() if name == "inet_sock_set_state")
    record = bytearray(max(field.offset + field.size for field in fields.values()))
    values = {"skaddr": 1, "oldstate": 7, "newstate": new, "sport": 1, "dport": 2, "family": 2, "protocol": 6}
    struct.pack_into("<H", record, 0, number)
    for name, value in values.items():
        offset, size = fields[name]
        record[offset : offset + size] = value.to_bytes(size, "little")
    return bytes(record)


def page(now: int, *events: bytes) -> bytes:
    body = b"".join(events)
    return (struct.pack("<QQ", now, len(body)) + body).ljust(4096, b"\0")


def event(delta: int, record: bytes) -> bytes:
    assert len(record) % 4 == 0
    return struct.pack("<I", delta << 5 | len(record) // 4) + record


def long_event(delta: int, record: bytes) -> bytes:
    return struct.pack("<II", delta << 5, 4 + len(record)) + record


def read(*events: bytes, now: int = 1 << 60) -> list[Traced]:
    with Tracer() as tracer:
        tracer._ahead = 0
        return list(tracer._page(page(now, *events)))


def test_pages_of_the_ring_buffer() -> None:
    with Tracer() as tracer:
        record = set_state(tracer, 2)
    start = 1 << 60
    extend = struct.pack("<II", 5 << 5 | 30, 3)  # 3 * 2^27 + 5 ns
    stamp_at = start + 10**9
    low = stamp_at & ((1 << 59) - 1)
    stamp = struct.pack("<II", (low & 0x7FFFFFF) << 5 | 31, low >> 27)
    padding = struct.pack("<II", 1 << 5 | 29, 8) + bytes(4)
    rest = struct.pack("<I", 29)
    found = read(
        event(7, record),
        extend,
        event(1, record),
        padding,
        stamp,
        long_event(2, record),
        rest,
        event(1, record),
    )
    assert [one.time_ns - start for one in found] == [7, 7 + 3 * 2**27 + 5 + 1, 10**9 + 2]
    assert {(one.old, one.new, one.own, one.peer) for one in found} == {
        ("CLOSED", "SYN_SENT", ("0.0.0.0", 1), ("0.0.0.0", 2))
    }
