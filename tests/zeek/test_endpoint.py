"""One side's numbers."""

from __future__ import annotations

from tcptui.zeek.endpoint import Endpoint, EndState


def sender(start: int, last: int) -> Endpoint:
    end = Endpoint(True)
    end.place(True, start, start + 1)
    end.move(EndState.ESTABLISHED)
    end.advance(last)
    return end


def test_a_size_leaves_out_syn_and_fin() -> None:
    end, peer = sender(100, 111), Endpoint(False)
    assert end.size(peer) == 10
    end.fins = 1
    assert end.size(peer) == 9
    end.acknowledge(201)
    assert end.size(peer) == 99  # what was acknowledged was sent


def test_without_a_syn_the_first_byte_is_number_1() -> None:
    end = Endpoint(True)
    end.place(False, 500, 600)
    assert (end.start, end.last, end.relative(500, end.last, 0)) == (499, 500, 1)


def test_numbers_go_round() -> None:
    end = sender(2**32 - 10, 2**32 - 5)
    end.advance(20)
    assert end.last_wraps == 1
    assert end.size(Endpoint(False)) == 29
    assert end.relative(2**32 - 3, end.last, end.last_wraps) == 7
    assert end.relative(5, end.last, end.last_wraps) == 15


def test_a_syn_says_anew_where_the_numbers_begin_until_it_closes() -> None:
    end = sender(100, 150)
    end.place(True, 9000, 9001)
    assert (end.start, end.last) == (9000, 9001)
    end.move(EndState.CLOSED)
    end.place(True, 5, 6)
    assert end.start == 9000


def test_a_call_that_is_given_up_has_no_size() -> None:
    end, peer = Endpoint(True), Endpoint(False)
    end.place(True, 100, 101)
    end.move(EndState.SYN_SENT)
    end.acknowledge(5000)
    end.move(EndState.RESET)
    assert end.size(peer) == 0


def test_it_is_pending_until_all_before_the_end_is_captured() -> None:
    end, peer = sender(100, 111), Endpoint(False)
    assert end.pending(peer)
    end.payload.insert(1, 11, 0)
    assert not end.pending(peer)
    peer.payload.insert(1, 5, 0)  # the peer's is not acknowledged
    assert end.pending(peer)
    end.move(EndState.RESET)
    assert not end.pending(peer)
