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
    ],
)
def test_options_in_tcpdumps_words(raw: str, text: str) -> None:
    assert option_list(bytes.fromhex(raw), 100) == (text, True)


@pytest.mark.parametrize("raw", ["0200", "0201", "02", "0204", "020405", "05ff", "fe02"])
def test_a_length_that_cannot_be_ends_the_list(raw: str) -> None:
    text, whole = option_list(b"\x01" + bytes.fromhex(raw))
    assert not whole
    assert text.startswith("nop,") and text.endswith("[bad opt]]")


def test_a_length_of_zero_ends_the_list() -> None:
    assert option_list(b"\x02\x00\x00\x00") == ("[bad opt]", False)


@given(st.binary(max_size=40))
@settings(max_examples=300)
def test_hostile_options_end_and_print_plain(raw: bytes) -> None:
    text, whole = option_list(raw)
    assert text.isascii() and text.isprintable()
    assert whole == ("[bad opt]" not in text)
