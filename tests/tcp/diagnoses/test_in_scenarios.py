"""What is said at the end of each scenario file: the verdict and the diagnoses of each life.

There the states are the engine's, and those are tested with the same files; here is what follows from both.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tcptui.tcp.diagnosis import Before, diagnose, facts, verdict
from tcptui.tcp.history import Moment
from tests.support.scenario import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"

SAID: dict[str, list[tuple[str, str]]] = {
    "abort": [("reset by client", "abort")],
    "abort_of_an_accepted_connection": [("reset by server", "abort")],
    "accept_queue_full": [("open", "accept-queue-full retransmission")],
    "answer_late_for_caller": [("open", "")],
    "caller_asks_late": [("open", "")],
    "caller_gives_up": [("no answer to SYN", "")],
    "caller_gone": [("reset: client had no socket", "dead-socket")],
    "close_before_data_is_read": [("reset by server", "abort")],
    "close_by_server": [("closed by server", "")],
    "crossing_syn_lost_by_identification": [("open", "")],
    "data_before_fin_lost": [("server has not closed", "fin-held-by-gap retransmission")],
    "fast_open": [("closed by server", "fast-open")],
    "filtered": [("no answer to SYN", "syn-unanswered")],
    "fin_ack_lost": [("closed by client", "")],
    "fin_before_data": [("server has not closed", "fin-held-by-gap")],
    "fin_copy_echoed": [("server has not closed", "")],
    "fin_first_copy_unseen": [("closed by both at once", "simultaneous-close")],
    "fin_lost": [("half-closed by client", "")],
    "fin_overtaken": [("closed by both at once", "simultaneous-close")],
    "fin_unseen": [("closed by server", "capture-incomplete")],
    "fin_unseen_combined": [("closed by client", "capture-incomplete")],
    "fin_unseen_crossing": [("closed by both at once", "capture-incomplete simultaneous-close")],
    "fin_wait_2_expires": [("reset: client had no socket", "fin-wait-2-expired")],
    "fin_with_data": [("closed by client", "")],
    "fin_with_data_unseen": [("closed by client", "capture-incomplete")],
    "forged_rst": [("open", "rst-injected")],
    "forged_syn": [("open", "")],
    "gone_when_acknowledged": [("reset: server had no socket", "dead-socket")],
    "half_close": [("closed by client", "")],
    "half_open_reconnect": [("half-open: client is gone", ""), ("open", "half-open-found")],
    "handshake_ack_lost": [("open", "syn-ack-repeated")],
    "handshake_ack_lost_then_data": [("open", "")],
    "handshake_and_close": [("closed by client", "")],
    "hole_before_fin_by_sack": [("server has not closed", "")],
    "keep_alive": [("open", "keep-alive")],
    "keep_alive_gives_up": [("client gave up: no keep-alive answer", "keep-alive keep-alive-gave-up")],
    "last_ack_gives_up": [("closed by client", "peer-vanished-in-close")],
    "last_ack_lost": [("closed by client", "last-ack-lost")],
    "last_fin_unseen": [("closed by client", "capture-incomplete")],
    "listener_closed": [("reset: server had no socket", "dead-socket")],
    "mid_stream": [("closed by client", "")],
    "mid_stream_at_fin": [("closed by client", "")],
    "octet_unseen": [("open", "capture-incomplete")],
    "old_duplicate": [("closed by server", "")],
    "one_sided": [("closed by client", "one-sided")],
    "orphan_fin_unseen": [("reset: server had no socket", "dead-socket")],
    "orphan_fin_wait_2": [("reset: client had no socket", "dead-socket")],
    "orphan_gets_fin_with_data": [("reset: client had no socket", "dead-socket")],
    "refusal_lost_then_crossing": [("open", "")],
    "refused": [("refused", "refused")],
    "refused_syn_unseen": [("refused", "refused")],
    "request_dropped_before_its_ack": [("reset by client", "abort")],
    "reuse_syn_ack_unseen": [("closed by server", ""), ("open", "one-sided port-reused-in-time-wait")],
    "reuse_syn_unseen": [("closed by server", ""), ("open", "")],
    "rst_challenged": [("open", "rst-ignored")],
    "rst_in_window": [("half-open: client is gone", "no-window-scaling rst-ignored")],
    "rst_lost": [("reset by client", "abort")],
    "rst_outside_window": [("open", "rst-ignored")],
    "rst_overtaken": [("reset: server had no socket", "dead-socket")],
    "seen_twice": [("closed by client", "captured-twice")],
    "self_connect": [("closed by both at once", "simultaneous-open")],
    "simultaneous_close": [("closed by both at once", "simultaneous-close")],
    "simultaneous_close_fin_lost": [("closed by both at once", "simultaneous-close")],
    "simultaneous_open": [("open", "simultaneous-open")],
    "simultaneous_open_syn_lost": [("open", "")],
    "simultaneous_open_syn_unseen": [("open", "")],
    "simultaneous_open_syn_unseen_by_identification": [("open", "")],
    "split_handshake": [("open", "")],
    "split_handshake_in_five": [("open", "")],
    "syn_ack_first": [("open", "")],
    "syn_ack_lost": [("open", "")],
    "syn_ack_never_acknowledged": [("half-open: SYN,ACK not acknowledged", "half-open")],
    "syn_after_syn_ack": [("open", "")],
    "syn_lost": [("open", "")],
    "syn_overtaken": [("open", "")],
    "three_segment_close": [("closed by client", "")],
    "time_wait_assassination": [("closed by client", "time-wait-assassination")],
    "time_wait_reuse": [("closed by server", ""), ("open", "port-reused-in-time-wait")],
    "time_wait_rfc": [("closed by client", "")],
    "wrong_syn_ack": [("open", "")],
}


def said(name: str) -> list[tuple[str, str]]:
    """Verdict and ids of the diagnoses of each life, at the last line."""
    scenario = load(SCENARIOS / f"{name}.txt")
    connection = scenario.connection()
    for line in scenario.lines:
        if line.segment is None:
            connection.advance(line.time_ns)
        else:
            connection.feed(line.segment)
    segments = scenario.segments()
    now = Moment(segments[-1].packet, scenario.lines[-1].time_ns)
    histories = connection.histories()
    ends = [*(history.first_packet for history in histories[1:]), 1 << 62]
    found, previous = [], None
    for history, end in zip(histories, ends, strict=True):
        own = [one for one in segments if history.first_packet <= one.packet < end]
        own_facts = facts(own, same_socket=scenario.same_socket)
        diagnoses = diagnose(history, own_facts, now, scenario.timers, previous=previous)
        ids = " ".join(sorted(one.id for one in diagnoses))
        found.append((verdict(history, own_facts, now), ids))
        previous = Before(history, own_facts)
    return found


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_at_the_end(name: str) -> None:
    assert said(name) == SAID[name]
