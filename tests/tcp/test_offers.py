from hypothesis import given
from hypothesis import strategies as st

from tcptui.tcp.offers import change, offers
from tcptui.tcp.options import parse
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.traces import Change, Copies, Seen

MS = 1_000_000


def changed(
    before: str, after: str, *, ip_id: int = 8, at_ms: int = 1000, ecn: bool = False
) -> Change | None:
    """A SYN with identification 7, and a copy of it."""
    original = Copies(seq=1, end=2, options=bytes.fromhex(before), flags=int(Flags.SYN), ip_id=7)
    original.add(Seen(1, 0))
    flags = int(Flags.SYN | Flags.ECE | Flags.CWR) if ecn else int(Flags.SYN)
    copy = Segment(2, at_ms * MS, 0, 1, 0, flags, options=bytes.fromhex(after), ip_id=ip_id)
    return change(original, copy, Seen(2, at_ms * MS), within_ns=150 * MS)


def test_time_stamps_padding_and_order_may_differ() -> None:
    assert changed("020405b40402080a0000000100000000", "0402080a0000000900000000020405b40101") is None


def test_what_is_given_up_is_harmless_and_named() -> None:
    found = changed("020405b4030307", "020405b4")
    assert found and found.harmless and found.dropped == (3,) and not found.on_the_way
    fast_open = changed("020405b42202", "020405b4")
    assert fast_open and fast_open.harmless and fast_open.dropped == (34,)
    ecn = changed("020405b4", "020405b4", ecn=True)
    assert ecn and ecn.harmless and ecn.dropped == ()


def test_another_value_or_more_than_before_is_not() -> None:
    for after in ("02040218", "020405b40402"):
        found = changed("020405b4", after)
        assert found and not found.harmless


def test_one_packet_at_two_places_has_its_identification_and_comes_at_once() -> None:
    for ip_id, at_ms, there in ((7, 1, True), (8, 1, False), (7, 1000, False), (0, 1, False)):
        found = changed("020405b40402", "020405b4", ip_id=ip_id, at_ms=at_ms)
        assert found and found.on_the_way is there


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_hostile_options_do_not_raise_and_equal_ones_are_equal(one: bytes, other: bytes) -> None:
    offers(parse(one))
    assert changed(one.hex(), one.hex()) is None
    changed(one.hex(), other.hex())
