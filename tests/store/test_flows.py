"""4-tuples: who is endpoint 0, which packets belong together."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.store.flows import Address, Endpoints, words_of
from tcptui.store.segments import SegmentStore
from tests.support import packets as p

V4 = ["10.0.0.1", "10.0.0.2", "255.255.255.255", "0.0.0.0"]
V6 = ["::1", "2001:db8::1", "2001:db8::2", "::ffff:10.0.0.1"]
ENDPOINT = st.tuples(st.integers(0, 3), st.sampled_from([0, 80, 65535]))


def store_of(*packets: bytes) -> SegmentStore:
    store = SegmentStore(lambda offset, count: b"")
    store.append(p.batch(*[(data, 101) for data in packets]))
    return store


def packet(six: bool, src: tuple[str, int], dst: tuple[str, int]) -> bytes:
    segment = p.tcp(sport=src[1], dport=dst[1])
    return (p.ipv6 if six else p.ipv4)(segment, src=src[0], dst=dst[0])


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(st.booleans(), ENDPOINT, ENDPOINT), max_size=12), max_size=5))
def test_pairs_as_a_dict_finds_them(
    batches: list[list[tuple[bool, tuple[int, int], tuple[int, int]]]],
) -> None:
    store = SegmentStore(lambda offset, count: b"")
    known: dict[frozenset[tuple[str, int]], int] = {}
    ends: list[tuple[Address, Address]] = []
    flows, senders = [], []
    for batch in batches:
        frames = []
        for six, one, other in batch:
            names = V6 if six else V4
            src, dst = (names[one[0]], one[1]), (names[other[0]], other[1])
            frames.append((packet(six, src, dst), 101))
            pair = known.setdefault(frozenset((src, dst)), len(known))
            if pair == len(ends):
                ends.append((Address(*src), Address(*dst)))
            flows.append(pair)
            senders.append(0 if ends[pair][0] == Address(*src) else 1)
        store.append(p.batch(*frames))
    assert store.column("flow").tolist() == flows
    assert store.column("sender").tolist() == senders
    assert [store.pairs.ends(n) for n in range(store.pairs.n)] == ends
    for pair in range(store.pairs.n):
        assert store.pairs.rows(pair).tolist() == [row for row, flow in enumerate(flows) if flow == pair]
        assert store.pairs.same_socket(pair) == (ends[pair][0] == ends[pair][1])


def test_a_socket_connected_to_itself_is_endpoint_0() -> None:
    self = packet(False, ("127.0.0.1", 9502), ("127.0.0.1", 9502))
    store = store_of(self, self)
    assert store.column("sender").tolist() == [0, 0]
    assert store.pairs.same_socket(0)


def test_a_mapped_address_is_not_the_ipv4_address() -> None:
    store = store_of(
        packet(True, ("::ffff:10.0.0.1", 1), ("::ffff:10.0.0.2", 2)),
        packet(False, ("10.0.0.1", 1), ("10.0.0.2", 2)),
    )
    assert store.column("flow").tolist() == [0, 1]


def test_touched_names_the_pairs_of_the_last_append() -> None:
    a, b = packet(False, ("10.0.0.1", 1), ("10.0.0.2", 2)), packet(True, ("::1", 1), ("::2", 2))
    store = store_of(a, b, a)
    store.append(p.batch((b, 101), (b, 101)))
    touched = store.pairs.touched()
    assert (touched.pairs.tolist(), touched.starts.tolist(), touched.rows.tolist()) == ([1], [0, 2], [3, 4])
    store.append(p.batch())
    assert len(store.pairs.touched()) == 0


def test_addresses_as_text() -> None:
    assert str(Address("1.2.3.4", 80)) == "1.2.3.4:80"
    assert str(Address("::1", 80)) == "[::1]:80"


@given(st.lists(st.tuples(st.ip_addresses(), st.integers(0, 65535)), max_size=20))
def test_many_are_put_into_words_as_each_is(ends: list[tuple[IPv4Address | IPv6Address, int]]) -> None:
    words = [(*words_of(str(address)), port) for address, port in ends]
    columns = [np.array([one[at] for one in words], np.uint64) for at in range(3)]
    table = Endpoints(columns, [*columns[:2], columns[2][::-1]])
    clients, servers = table.texts()
    assert clients == [table.client_text(at) for at in range(len(ends))]
    assert servers == [table.server_text(at) for at in range(len(ends))]
