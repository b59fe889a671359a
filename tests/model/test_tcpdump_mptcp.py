"""Multipath TCP's option: one of each subtype; tests/model/test_tcpdump.py compares all with tcpdump."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui.model.tcpdump_mptcp import mptcp

SYN, ACK = 2, 16
KEY, NONCE = "1122334455667788", "0000000a"


@pytest.mark.parametrize(
    ("raw", "flags", "text"),
    [
        ("0181", SYN, " 4 capable v1 csum"),
        ("0101" + KEY, SYN, " 12 capable v1 {0x1122334455667788}"),
        ("0001" + KEY + KEY, ACK, " 20 capable v0 {0x1122334455667788,0x1122334455667788}"),
        ("0501", SYN, " 4 capable Unknown Version (5)"),
        ("110700000005" + NONCE, SYN, " 12 join backup id 7 token 0x5 nonce 0xa"),
        ("1007" + KEY + NONCE, SYN | ACK, " 16 join id 7 hmac 0x1122334455667788 nonce 0xa"),
        ("1000" + "ab" * 20, ACK, " 24 join hmac 0x" + "ab" * 20),
        ("2001" + NONCE, ACK, " 8 dss ack 10"),
        ("201f" + KEY + KEY + NONCE + "0005beef", ACK, " 28 dss fin ack 1234605616436508552"
         " seq 1234605616436508552 subseq 10 len 5 csum 0xbeef"),
        ("3007c0000201", ACK, " 8 add-addr v1 id 7 192.0.2.1"),
        ("3107c00002010050" + KEY, ACK, " 18 add-addr v1-echo id 7 192.0.2.1:80 hmac 0x1122334455667788"),
        ("3607" + "20010db8" + "00" * 11 + "01", ACK, " 20 add-addr v0-ip6 id 7 2001:db8::1"),
        ("400709", ACK, " 5 rem-addr id 7 9"),
        ("51", ACK, " 3 prio backup"),
        ("5007", ACK, " 4 prio non-backup id 7"),
        ("6000" + KEY, ACK, " 12 fail seq 1234605616436508552"),
        ("7000" + KEY, ACK, " 12 fast-close key 0x1122334455667788"),
        ("f0", ACK, " 3 unknown"),
    ],
)  # fmt: skip
def test_each_subtype(raw: str, flags: int, text: str) -> None:
    assert mptcp(bytes.fromhex(raw), flags) == (text, True)


@pytest.mark.parametrize(
    ("raw", "flags", "text"),
    [
        ("", SYN, ""),
        ("0101" + KEY, ACK, " 12 capable"),
        ("1000", SYN, " 4 join"),
        ("2001", ACK, " 4 dss ack "),
        ("2001" + NONCE, SYN, " 8 dss"),
        ("2004" + NONCE, ACK, " 8 dss seq 10"),
        ("3007c0", ACK, " 5 add-addr"),
        ("40", ACK, " 3 rem-addr"),
        ("6000", ACK, " 4 fail"),
    ],
)
def test_what_cannot_be_ends_there(raw: str, flags: int, text: str) -> None:
    assert mptcp(bytes.fromhex(raw), flags) == (text, False)


@given(st.binary(max_size=38), st.integers(0, 511))
def test_hostile_bytes_print_plain(body: bytes, flags: int) -> None:
    assert mptcp(body, flags)[0].isascii()
