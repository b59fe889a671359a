from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.model.cells import Role
from tcptui.model.stream import Piece, follow, joined, rows
from tcptui.model.text import plain, row_width
from tcptui.tcp.segment import Flags, Segment

Part = tuple[int, int, bytes]  # sender, sequence number, payload


def conversation(*parts: Part, acks: dict[int, int] | None = None) -> list[Piece]:
    """The joined stream of some segments; acks: by position, the ACK it carries."""
    segments = [
        Segment(
            at + 1, at, sender, seq % 2**32, (acks or {}).get(at, 0), Flags.ACK | Flags.PSH, 10, len(data)
        )
        for at, (sender, seq, data) in enumerate(parts)
    ]
    return list(joined(follow(segments, lambda at: parts[at][2])))


def test_both_directions_in_the_order_of_the_conversation() -> None:
    pieces = conversation((0, 1, b"GET "), (0, 5, b"/"), (1, 900, b"200"), (0, 6, b"bye"))
    assert [(piece.sender, piece.data) for piece in pieces] == [(0, b"GET /"), (1, b"200"), (0, b"bye")]


def test_what_is_sent_again_is_shown_once() -> None:
    assert conversation((0, 1, b"abc"), (0, 1, b"abc"), (0, 1, b"abcdef"), (0, 3, b"cd")) == [
        Piece(0, 1, b"abcdef")
    ]


def test_what_came_out_of_order_stands_where_it_belongs() -> None:
    assert conversation((0, 1, b"ab"), (0, 5, b"ef"), (0, 3, b"cd")) == [Piece(0, 1, b"abcdef")]


def test_sequence_numbers_wrap() -> None:
    assert conversation((0, -2, b"abcd"), (0, 2, b"ef"))[0].data == b"abcdef"


def test_a_gap_says_how_much_is_missing() -> None:
    pieces = conversation((0, 1, b"ab"), (0, 103, b"yz"))
    assert pieces == [Piece(0, 1, b"ab"), Piece(0, 2, b"", 100), Piece(0, 2, b"yz")]


def test_a_gap_is_passed_when_the_peer_has_what_lies_in_it() -> None:
    pieces = conversation((0, 1, b"ab"), (0, 103, b"yz"), (1, 7, b"ok"), acks={2: 105})
    assert [piece.sender for piece in pieces] == [0, 0, 0, 1]


def test_a_packet_that_was_cut_is_a_gap() -> None:
    segments = [Segment(1, 0, 0, 1, 0, Flags.ACK, 10, 10), Segment(2, 0, 0, 11, 0, Flags.ACK, 10, 2)]
    pieces = list(follow(segments, lambda at: (b"abc", b"kl")[at]))
    assert pieces == [Piece(0, 1, b"abc"), Piece(0, 1, b"", 7), Piece(0, 2, b"kl")]


def test_the_syn_takes_a_number_and_may_carry_data() -> None:
    segments = [Segment(1, 0, 0, 99, 0, Flags.SYN, 10, 2), Segment(2, 0, 0, 102, 0, Flags.ACK, 10, 2)]
    pieces = list(joined(follow(segments, lambda at: (b"ab", b"cd")[at])))
    assert pieces == [Piece(0, 1, b"abcd")]


def test_a_keep_alive_begins_no_stream() -> None:
    segments = [Segment(1, 0, 0, 99, 0, Flags.ACK, 10, 1), Segment(2, 0, 0, 100, 0, Flags.ACK, 10, 2)]
    assert list(follow(segments, lambda at: (b"\0", b"cd")[at])) == [Piece(0, 2, b"cd")]


def test_a_long_stream_ends_at_its_limit() -> None:
    segments = [Segment(at, 0, 0, at * 10, 0, Flags.ACK | Flags.PSH, 10, 10) for at in range(100)]
    assert len(list(follow(segments, lambda at: b"0123456789", most=95))) == 10


def test_a_gap_that_never_fills_does_not_hold_up_everything() -> None:
    segments = [
        Segment(at, 0, 0, at * 10 + (at > 0) * 5, 0, Flags.ACK | Flags.PSH, 1, 10) for at in range(1500)
    ]
    pieces = list(itertools.islice(follow(segments, lambda at: b"0123456789"), 3))
    assert [(piece.missing, len(piece.data)) for piece in pieces] == [(0, 10), (5, 0), (0, 10)]
    assert pieces[1].packet == 1


def test_rows_of_text_are_clean_and_signed() -> None:
    pieces = [Piece(1, 1, b"GET / HTTP/1.1\r\nX: \x1b[31m\xe2\x80\xae\r\n\r\n"), Piece(0, 2, b"", 5)]
    shown = list(rows(pieces, 1, 60))
    assert [plain(row) for row in shown] == [
        "▶ GET / HTTP/1.1",
        "▶ X: \\x1b[31m\\u202e",
        "▶ ",
        "◀ ┄ 5 B not captured ┄",
    ]
    assert shown[0][0].role is Role.CLIENT and shown[3][0].role is Role.SERVER


def test_bytes_that_are_no_longer_kept_are_one_gap() -> None:
    segments = [Segment(n, 0, 0, 100 + 10 * n, 0, Flags.ACK, 10, 10) for n in range(6)]
    kept = [None, None, None, b"12", b"0123456789", b"0123456789"]
    pieces = list(joined(follow(segments, lambda at: kept[at])))
    assert pieces == [
        Piece(0, 0, b"", 30, gone=True),
        Piece(0, 3, b"12"),
        Piece(0, 3, b"", 8),
        Piece(0, 4, b"01234567890123456789"),
    ]
    assert plain(next(rows(pieces, 0, 60))) == "▶ ┄ 30 B no longer kept ┄"


def test_rows_of_bytes() -> None:
    shown = [plain(row) for row in rows([Piece(0, 1, b"hello")], 0, 80, hexadecimal=True)]
    assert shown == ["▶ 00000000: 6865 6c6c 6f                             hello"]


@given(
    st.lists(st.tuples(st.integers(0, 1), st.binary(max_size=50)), max_size=5),
    st.integers(27, 90),
    st.booleans(),
)
def test_rows_never_exceed_their_width(parts: list[tuple[int, bytes]], width: int, hexadecimal: bool) -> None:
    pieces = [Piece(sender, 1, data, 0 if data else 9) for sender, data in parts]
    for row in rows(pieces, 0, width, hexadecimal=hexadecimal):
        assert row_width(row) <= width
        assert plain(row).isprintable()


@settings(max_examples=200)
@given(st.data())
def test_any_order_and_any_copies_give_what_was_sent(data: st.DataObject) -> None:
    sent = bytes(range(60))
    base = data.draw(st.integers(0, 2**32 - 1))
    cuts = sorted(data.draw(st.sets(st.integers(1, 59), max_size=6)))
    edges = [0, *cuts, 60]
    parts = list(itertools.pairwise(edges))
    copies = data.draw(st.lists(st.sampled_from(parts), max_size=4))
    order = data.draw(st.permutations(parts + copies))
    stream = [(0, base, b""), *((0, base + a, sent[a:b]) for a, b in order)]
    segments = [
        Segment(
            at, 0, 0, seq % 2**32, 0, Flags.SYN if not payload else Flags.ACK | Flags.PSH, 1, len(payload)
        )
        for at, (_, seq, payload) in enumerate(stream)
    ]
    segments[0] = Segment(0, 0, 0, (base - 1) % 2**32, 0, Flags.SYN)
    assert b"".join(piece.data for piece in follow(segments, lambda at: stream[at][2])) == sent


@given(
    st.lists(
        st.builds(
            Segment,
            packet=st.integers(1, 9),
            time_ns=st.integers(0, 9),
            sender=st.integers(0, 1),
            seq=st.integers(0, 2**32 - 1) | st.integers(0, 20),
            ack=st.integers(0, 2**32 - 1) | st.integers(0, 20),
            flags=st.integers(0, 511),
            length=st.integers(0, 9) | st.integers(0, 2**31),
        ),
        max_size=20,
    )
)
def test_no_segments_raise(segments: list[Segment]) -> None:
    for piece in follow(segments, lambda at: b"xyz"):
        assert bool(piece.data) != bool(piece.missing)
        assert piece.missing >= 0
