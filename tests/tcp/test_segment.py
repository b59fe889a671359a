"""Flags as on the wire."""

from tcptui.tcp.segment import Flags, Segment


def test_flag_bits_are_those_of_the_header() -> None:
    assert Flags.SYN | Flags.ACK == 0x12
    assert Flags.AE == 0x100


def test_a_segment_knows_no_more_than_it_was_told() -> None:
    segment = Segment(1, 0, 0, 5, 0, Flags.SYN)
    assert (segment.length, segment.options, segment.ip_id) == (0, b"", None)


def test_syn_and_fin_take_sequence_space() -> None:
    assert Segment(1, 0, 0, 0, 0, Flags.SYN, length=3).space == 4
    assert Segment(1, 0, 0, 0, 0, Flags.FIN | Flags.ACK, length=3).space == 4
    assert Segment(1, 0, 0, 0, 0, Flags.ACK).space == 0


def test_the_number_after_a_segment_goes_round() -> None:
    assert Segment(1, 0, 0, 2**32 - 2, 0, Flags.FIN | Flags.ACK, length=3).end == 2
