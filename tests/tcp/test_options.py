"""TCP options from hostile bytes."""

from hypothesis import given
from hypothesis import strategies as st

from tcptui.tcp import options

LINUX_SYN = bytes.fromhex("020405b40402080a7527f8510000000001030308")
FREEBSD_SYN = bytes.fromhex("020405b4010303060402080a0000000100000000")


def test_a_linux_syn() -> None:
    found = options.parse(LINUX_SYN)
    assert (found.mss, found.wscale, found.sack_permitted) == (1460, 8, True)
    assert (found.tsval, found.tsecr) == (0x7527F851, 0)
    assert found.kinds == (2, 4, 8, 1, 3)


def test_sack_blocks_in_the_order_sent() -> None:
    raw = b"\x01\x01\x05\x12" + b"".join(n.to_bytes(4, "big") for n in (30, 40, 10, 20))
    assert options.parse(raw).sack == options.sack(raw) == ((30, 40), (10, 20))


def test_fast_open_by_number_and_by_experiment() -> None:
    assert options.parse(b"\x22\x06abcd").fast_open == b"abcd"
    assert options.parse(b"\x22\x02").fast_open == b""
    assert options.parse(b"\xfe\x06\xf9\x89ab").fast_open == b"ab"


def test_a_bad_length_ends_the_list() -> None:
    assert options.parse(b"\x02\x04\x05\xb4\x03\x00\x04\x02").kinds == (2,)
    assert options.parse(b"\x02\x04\x05").kinds == ()
    assert options.parse(b"\x02").kinds == ()


def test_the_end_of_the_list_ends_it() -> None:
    assert options.parse(b"\x00\x02\x04\x05\xb4").mss is None


def test_time_stamp_alone() -> None:
    assert options.tsval(b"\x01\x01\x08\x0a\x00\x00\x00\x07\x00\x00\x00\x00") == 7
    assert options.tsval(LINUX_SYN) == 0x7527F851
    assert options.tsval(b"") is None


def test_the_layout_tells_freebsd_from_linux() -> None:
    assert options.is_bsd(FREEBSD_SYN)
    assert not options.is_bsd(LINUX_SYN)
    assert options.is_linux(LINUX_SYN)
    assert not options.is_linux(FREEBSD_SYN)
    assert options.is_bsd(bytes.fromhex("020405b404020000"))
    assert not options.is_bsd(bytes.fromhex("020405b401010402"))


@given(st.binary(max_size=60))
def test_any_bytes_are_parsed(raw: bytes) -> None:
    found = options.parse(raw)
    assert found.tsval == options.tsval(raw) or found.kinds.count(options.TIMESTAMPS) > 1
    assert found.wscale is None or 0 <= found.wscale <= 14
    options.is_bsd(raw)
