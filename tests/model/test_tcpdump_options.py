from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.model.tcpdump_options import option_list


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("020405b4", "mss 1460]"),
        ("020405b40402080a000000010000000001030307", "mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7]"),
        ("0101050a0000006500000079", "nop,nop,sack 1 {1:21}]"),
        ("00020405b4", "eol]"),
        ("2202", "tfo  cookiereq]"),
        ("4d0401ff", "unknown-77 0x01ff]"),
        ("1c048001", "uto 0x8001 983040]"),
        ("1312" + "ab" * 16, f"md5 shared secret not supplied with -M, can't check - {'ab' * 16}]"),
    ],
)
def test_options_in_tcpdumps_words(raw: str, text: str) -> None:
    assert option_list(bytes.fromhex(raw), 100) == (text, True)


@pytest.mark.parametrize("raw", ["0200", "0201", "0204", "020405", "05ff", "fe02"])
def test_a_length_that_cannot_be_ends_the_list(raw: str) -> None:
    text, whole = option_list(b"\x01" + bytes.fromhex(raw))
    assert not whole
    assert text.startswith("nop,") and text.endswith("[bad opt]]")


def test_a_length_of_zero_ends_the_list() -> None:
    assert option_list(b"\x02\x00\x00\x00") == ("[bad opt]", False)


@pytest.mark.parametrize(
    ("raw", "size", "text"),
    [
        ("0101", 12, "nop,nop, [|tcp]"),
        ("0101080a00000001", 12, "nop,nop,TS [|tcp]>"),
        ("080a00000001", 10, "TS [|tcp]"),
        ("020405b4050a0000006500", 16, "mss 1460,sack 1  [|tcp]>"),
        ("05120000006500000079aa", 18, "sack 2 {101:121} [|tcp]"),
        ("01fd06aabb", 8, "nop,unknown-253 0xaabb [|tcp]>"),
        ("1d0608", 8, "tcp-ao keyid 8 [|tcp]"),
        ("1e0370", 8, "mptcp 3 fast-close[bad opt]"),
        ("1e03f002", 8, "mptcp 3 unknown, [|mptcp]"),
    ],
)
def test_options_that_the_capture_cut_off(raw: str, size: int, text: str) -> None:
    assert option_list(bytes.fromhex(raw), size=size) == (text, False)


def test_where_the_list_ends_too_soon_a_byte_of_payload_passes_for_a_length() -> None:
    assert option_list(b"\x01\x02", length=5) == ("nop,[bad opt]]", False)
    assert option_list(b"\x01\x02") == ("nop, [|tcp]", False)


def test_a_signature_cannot_be_checked_on_what_was_cut() -> None:
    assert "snaplen too short" in option_list(b"\x13\x12" + bytes(16), length=9, payload=8)[0]


@given(st.binary(max_size=40), st.integers(0, 44), st.integers(0, 511), st.integers(0, 3))
@settings(max_examples=300)
def test_hostile_options_end_and_print_plain(raw: bytes, more: int, flags: int, length: int) -> None:
    text, whole = option_list(raw, flags=flags, size=len(raw) + more, length=length)
    assert text.isascii() and text.isprintable()
    assert whole == ("[bad opt]" not in text and "[|" not in text)
