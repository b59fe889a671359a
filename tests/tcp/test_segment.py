"""Flags as on the wire."""

from tcptui.tcp.segment import Flags, Segment


def test_flag_bits_are_those_of_the_header() -> None:
    assert Flags.SYN | Flags.ACK == 0x12
    assert Flags.AE == 0x100


def test_a_segment_knows_no_more_than_it_was_told() -> None:
    segment = Segment(1, 0, 0, 5, 0, Flags.SYN)
    assert (segment.length, segment.options, segment.ip_id) == (0, b"", None)
