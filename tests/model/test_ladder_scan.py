from __future__ import annotations

import struct
from dataclasses import replace

from tcptui.model.ladder_scan import MIN_RUN, NEVER_SENT, Run, Scan, duplicate_left
from tcptui.store.analysis import Mark
from tcptui.tcp.segment import Flags, Segment

SECOND = 1_000_000_000


def data(
    packet: int, seq: int, length: int = 10, *, sender: int = 0, flags: int = Flags.ACK, time_ns: int = 0
) -> Segment:
    return Segment(packet, time_ns, sender, seq, 500, flags, 100, length)


def ack(packet: int, number: int, *, sender: int = 1, blocks: tuple[tuple[int, int], ...] = ()) -> Segment:
    options = b""
    if blocks:
        edges = b"".join(struct.pack(">II", *block) for block in blocks)
        options = bytes([1, 1, 5, 2 + len(edges)]) + edges
    return Segment(packet, 0, sender, 500, number, Flags.ACK, 100, 0, options)


def scanned(segments: list[Segment], marks: dict[int, Mark] | None = None) -> Scan:
    scan = Scan()
    scan.extend(segments, [(marks or {}).get(at, Mark(0)) for at in range(len(segments))])
    return scan


def test_a_run_is_data_one_way_and_its_acks() -> None:
    there = [data(i, i * 10) for i in range(1, 10)]
    acks = [ack(i, i * 10) for i in range(10, 13)]
    back = [data(i, i * 10, sender=1) for i in range(13, 23)]
    scan = scanned([ack(0, 0, sender=0), *there, *acks, *back])
    assert scan.runs == [Run(1, 13, 0)]
    assert scan.open_run() == Run(13, 23, 1)
    assert scan.payload(1, 13) == 90


def test_the_time_of_which_only_a_sum_is_kept_was_no_silence() -> None:
    later = data(2, 10, 5000, time_ns=9 * SECOND)
    assert scanned([data(1, 0), later]).silences == [1]
    assert scanned([data(1, 0), replace(later, is_sum=True)]).silences == []


def test_short_runs_are_left_alone() -> None:
    assert scanned([data(i, i * 10) for i in range(MIN_RUN - 1)]).open_run() is None


def test_a_control_segment_and_a_silence_end_a_run() -> None:
    run = [data(i, i * 10) for i in range(10)]
    assert scanned([*run, data(10, 100, flags=Flags.FIN | Flags.ACK)]).runs == [Run(0, 10, 0)]
    later = scanned([*run, data(10, 100, time_ns=SECOND)])
    assert later.runs == [Run(0, 10, 0)]
    assert later.silences == [10]


def test_time_that_goes_back_is_no_silence() -> None:
    assert scanned([data(1, 0, time_ns=5 * SECOND), data(2, 10)]).silences == []


def test_the_last_copy_without_an_answer_is_lost() -> None:
    segments = [ack(1, 0), data(2, 0), data(3, 0), data(4, 0)]
    scan = scanned(segments, {2: Mark.RETRANSMISSION, 3: Mark.RETRANSMISSION})
    assert scan.lost == {1: 2, 2: 3}


def test_with_one_direction_only_nothing_is_said_to_be_lost() -> None:
    assert scanned([data(1, 0), data(2, 0)], {1: Mark.RETRANSMISSION}).lost == {}


def test_a_syn_that_is_repeated_was_lost() -> None:
    syn = Flags.SYN
    segments = [data(1, 9, 0, flags=syn), data(2, 9, 0, flags=syn)]
    assert scanned(segments, {1: Mark.RETRANSMISSION}).lost == {0: 1}


def test_a_duplicate_report_shows_that_the_first_copy_had_arrived() -> None:
    fin = Flags.FIN | Flags.ACK
    segments = [ack(1, 0), data(2, 7, 0, flags=fin), data(3, 7, 0, flags=fin), ack(4, 8, blocks=((7, 8),))]
    assert scanned(segments[:3], {2: Mark.RETRANSMISSION}).lost == {1: 2}
    assert scanned(segments, {2: Mark.RETRANSMISSION}).lost == {}


def test_which_block_is_a_duplicate_report() -> None:
    assert duplicate_left(ack(1, 100, blocks=((90, 100),))) == 90
    assert duplicate_left(ack(1, 100, blocks=((120, 130), (110, 140)))) == 120
    assert duplicate_left(ack(1, 100, blocks=((110, 140), (160, 170)))) is None
    assert duplicate_left(ack(1, 100)) is None


def test_the_base_is_the_syn_and_a_new_syn_is_a_new_base() -> None:
    scan = scanned([data(1, 50, 0, flags=Flags.SYN), data(2, 51), data(3, 900, 0, flags=Flags.SYN)])
    assert [scan.base(0, at) for at in range(3)] == [50, 50, 900]
    assert scan.base(1, 1) == 499


def test_a_window_stays_zero_until_it_is_not() -> None:
    closed = Segment(2, 0, 1, 0, 0, Flags.ACK, 0)
    opened = Segment(4, 0, 1, 0, 0, Flags.ACK, 9)
    scan = scanned([data(1, 0), closed, data(3, 10), opened], {1: Mark.ZERO_WINDOW})
    assert [scan.zero_window(1, at) for at in range(4)] == [False, True, True, False]
    assert not any(scan.zero_window(0, at) for at in range(4))


def test_a_first_SYN_ACK_and_a_first_FIN_are_not_sent_again() -> None:
    syn = Segment(1, 0, 0, 9, 0, Flags.SYN, 100, 0)
    crossed = Segment(2, 0, 0, 9, 500, Flags.SYN | Flags.ACK, 100, 0)
    done = Segment(3, 0, 0, 10, 500, Flags.ACK, 100, 0)
    fin = Segment(4, 0, 0, 10, 500, Flags.FIN | Flags.ACK, 100, 0)
    again = Mark.RETRANSMISSION
    marks = {1: again, 2: Mark.WINDOW_UPDATE, 3: again, 4: again, 5: again}
    scan = scanned([syn, crossed, done, fin, replace(fin, packet=5), replace(crossed, packet=6)], marks)
    assert [scan.mark(at, int(marks.get(at, 0))) for at in range(6)] == [0, 0, 0, 0, again, again]
    assert 0 not in scan.lost


def test_an_ACK_beyond_every_window_is_no_sign_of_what_was_missed() -> None:
    syns = [
        Segment(1, 0, 0, 0, 0, Flags.SYN, 8192, 0),
        Segment(2, 0, 1, 0, 1, Flags.SYN | Flags.ACK, 8192, 0),
    ]
    absurd = Segment(3, 0, 0, 1, 9000, Flags.ACK, 8192, 0)
    near = replace(absurd, ack=8000)
    assert scanned([*syns, near], {2: Mark.ACKED_UNSEEN}).missing[2].bytes == 7999
    scan = scanned([*syns, absurd], {2: Mark.ACKED_UNSEEN})
    assert not scan.missing
    assert scan.mark(2, 0) == NEVER_SENT


def test_a_sender_that_goes_on_from_there_shows_what_was_missed() -> None:
    syn = Segment(1, 0, 1, 0, 0, Flags.SYN, 8192, 0)
    absurd = Segment(2, 0, 0, 1, 20_000_001, Flags.ACK, 8192, 0)
    syn_ack = Segment(1, 0, 0, 0, 1, Flags.SYN | Flags.ACK, 8192, 0)
    later = data(3, 20_000_001, sender=1)
    scan = scanned([syn, syn_ack, absurd, later], {2: Mark.ACKED_UNSEEN})
    assert scan.missing[2].bytes == 20_000_000
