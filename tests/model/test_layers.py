from __future__ import annotations

import random

import pytest

from tcptui.model.layers import layer_rows, tree
from tcptui.model.text import plain
from tests.support.packets import ethernet, frame, ipv4, ipv6, tcp

LINKTYPES = (0, 1, 9, 12, 14, 50, 51, 101, 108, 113, 219, 228, 229, 276, 147)


def test_a_segment_has_its_layers_and_fields() -> None:
    layers = dict(tree(frame(b"hello", sport=40000, dport=80, seq=1000), 1))
    assert list(layers) == ["Ethernet", "IP", "TCP", "Raw"]
    fields = dict(layers["TCP"])
    assert (fields["sport"], fields["dport"], fields["seq"], fields["flags"]) == ("40000", "80", "1000", "A")
    assert dict(layers["Raw"])["load"] == "5 bytes: hello"


def test_options_are_worded_as_tcpdump_words_them() -> None:
    options = b"\x02\x04\x05\xb4\x04\x02\x01\x03\x03\x07\x00\x00"
    rows = [plain(row).strip() for row in layer_rows(frame(options=options), 1)]
    at = rows.index("options        mss 1460")
    assert rows[at + 1 : at + 5] == ["sackOK", "nop", "wscale 7", "eol"]
    assert sum("options        none" in row for row in rows) == 1  # IP's


def test_an_option_with_a_comma_in_it_is_one_row() -> None:
    keys = b"\x1e\x14\x00\x01" + bytes(range(16))
    rows = [plain(row).strip() for row in layer_rows(frame(options=keys + b"\x01" * 4), 1)]
    at = next(n for n, row in enumerate(rows) if "mptcp" in row)
    assert rows[at].endswith("mptcp 20 capable v0 {0x1020304050607,0x8090a0b0c0d0e0f}")
    assert rows[at + 1] == "nop"


def test_ipv6_without_a_link_layer() -> None:
    assert [name for name, _ in tree(ipv6(tcp()), 101)] == ["IPv6", "TCP"]


def test_a_link_type_that_nobody_knows() -> None:
    assert tree(b"\x01\x02", 147) == [("link type 147", [("bytes", "2")])]


def test_rows_are_clean() -> None:
    hostile = b"\x1b]0;pwned\x07\xe2\x80\xae[bold]"
    texts = [plain(row) for row in layer_rows(frame(hostile), 1)]
    assert all(text.isprintable() for text in texts)
    assert any("\\x1b]0;pwned\\x07\\u202e[bold]" in text for text in texts)


@pytest.mark.parametrize("linktype", LINKTYPES)
def test_damaged_packets_do_not_raise(linktype: int) -> None:
    """Fixed seeds: damaged frames and noise, in each link type."""
    chance = random.Random(linktype)
    whole = [
        frame(b"data" * 5, options=b"\x02\x04\x05\xb4"),
        ethernet(ipv6(tcp(b"x")), 0x86DD),
        ipv4(tcp(b"y")),
    ]
    for _ in range(150):
        raw = bytearray(chance.choice([*whole, chance.randbytes(60)]))
        for _ in range(chance.randrange(6)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        rows = layer_rows(bytes(raw[: chance.randrange(len(raw) + 1)]), linktype)
        assert all(plain(row).isprintable() for row in rows)


def test_option_lengths_of_zero() -> None:
    for options in (b"\x02\x00\x00\x00", b"\x05\x01\x05\x01", b"\xff\xff\xff\xff", b"\x08\x0a\x00\x00"):
        rows = [plain(row) for row in layer_rows(frame(options=options), 1)]
        assert "TCP" in rows
