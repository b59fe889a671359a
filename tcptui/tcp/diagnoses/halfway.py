"""Diagnoses of handshakes that stop half-way: full queues, SYN,ACKs without an answer, late accepts."""

from __future__ import annotations

from tcptui.tcp.diagnoses.catalog import say
from tcptui.tcp.diagnoses.opening import HANDSHAKE_LATE, LATELY, unanswered
from tcptui.tcp.finding import MOST_CASES, Case, Diagnosis
from tcptui.tcp.seq import diff
from tcptui.tcp.signs import ignored_handshake
from tcptui.tcp.states import State
from tcptui.tcp.words import SECOND, amount, duration, frames

UNREPEATED = 7 * SECOND // 2  # Linux sends the first copy of a SYN,ACK after 1 s, the second after 3
TELLING_CASES = 5
TIMER = SECOND // 2  # a copy that comes sooner was made on the way, or asked for
FIRST_COPY = 2 * SECOND  # the first copy of a SYN,ACK whose ACK was lost is due before


def queue_refuses(flow: Case) -> Diagnosis | None:
    """D4, its other face: a port that answered the same host within 60 s leaves SYNs unanswered."""
    for x in (0, 1):
        syn = unanswered(flow, x)
        answered = flow.around.answered(1 - x, syn.first.time_ns - LATELY) if syn else None
        if syn is None or answered is None:
            continue
        text = (
            f"{flow.name(x)}'s SYN, sent {syn.count} times in {duration(flow.age(syn.first))}, has no "
            f"answer, though the port answered the same host in {frames([answered.packet])}: the "
            f"{flow.name(1 - x)}'s accept queue is probably full (a full one drops SYNs), or SYNs are lost"
        )
        return say(flow, 1 - x, "accept-queue-full", (*syn.packets, answered.packet), text)
    return None


def accept_queue_full(flow: Case) -> Diagnosis | None:
    """D4: the SYN,ACK came again twice or more after its ACK, which was repeated without effect."""
    for x in (0, 1):
        after = ignored_handshake(flow, x)
        if not after:
            continue
        acked, others = flow.peer(x).ack_advanced, flow.around.ignoring(x)
        packets = tuple(seen.packet for seen in (*after, *([acked] if acked else [])))
        doubt = (
            f", and {amount(others, 'other connection')} of the port fared the same: its accept queue is full"
            if others
            else ": its accept queue is full, or the ACKs are dropped in front of it"
        )
        text = (
            f"{flow.name(x)} repeated its SYN,ACK ({frames(seen.packet for seen in after)}) although the "
            f"{flow.name(1 - x)} acknowledged it each time{doubt}"
        )
        return say(flow, x, "accept-queue-full", packets, text)
    return None


def half_open(flow: Case) -> Diagnosis | None:
    """D5: SYN_RCVD for more than 3 s, a copy of the SYN,ACK or more, and no ACK of it."""
    for x in (0, 1):
        syn_ack, acked = flow.side(x).syn_ack, flow.peer(x).ack_max
        if syn_ack is None or syn_ack.count < 2 or flow.age(syn_ack.first) <= HANDSHAKE_LATE:
            continue
        if not _in_syn_rcvd(flow, x) or (acked is not None and diff(acked, syn_ack.end) >= 0):
            continue
        text = (
            f"half-open: the {flow.name(x)}'s SYN,ACK, sent {syn_ack.count} times in "
            f"{duration(flow.age(syn_ack.first))}, is not acknowledged. The {flow.name(1 - x)} is gone, its "
            "address is forged, or packets to it are dropped"
        )
        return say(flow, x, "half-open", syn_ack.packets, text)
    return None


def stateless(flow: Case) -> Diagnosis | None:
    """D8: a SYN,ACK has waited for 3.5 s and was not repeated, though others are, or five are not."""
    for x in (0, 1):
        syn, syn_ack = flow.peer(x).syn, flow.side(x).syn_ack
        if syn is None or syn_ack is None or flow.peer(x).spoke or flow.peer(x).resets:
            continue
        if syn_ack.count > syn.count or flow.age(syn_ack.last) <= UNREPEATED or not _in_syn_rcvd(flow, x):
            continue
        repeated, cases = flow.around.repeated(x), flow.around.unrepeated(x, UNREPEATED)
        if repeated is None and cases < TELLING_CASES:
            continue
        text = (
            f"{flow.name(x)}'s SYN,ACK {frames([syn_ack.last.packet])} was not sent again for "
            f"{duration(flow.age(syn_ack.last))}"
        )
        if repeated is not None:
            text += f", though its host repeats others ({frames([repeated.packet])})"
        if cases > 1:
            more = " or more" if cases == MOST_CASES else ""
            text += f", nor were those of {amount(cases - 1, 'other connection')} of the port{more}"
        text += ": SYN cookies, or something that answers SYNs without keeping them"
        packets = (*syn_ack.packets, *([repeated.packet] if repeated else []))
        return say(flow, x, "stateless-syn-ack", packets, text)
    return None


def deferred_accept(flow: Case) -> Diagnosis | None:
    """D9: X, silent after the ACK of its SYN,ACK, repeated that once, by its timer, and only then went on."""
    for x in (0, 1):
        syn, syn_ack, acked = flow.peer(x).syn, flow.side(x).syn_ack, flow.peer(x).spoke
        went_on = flow.side(x).spoke
        if syn is None or syn_ack is None or acked is None or went_on is None or syn.count > 1:
            continue
        after = [seen for seen in syn_ack.seen if seen.packet > acked.packet]
        if len(after) != 1 or after[0].time_ns - syn_ack.first.time_ns < TIMER:
            continue
        if went_on.packet < after[0].packet:
            continue
        packets = (acked.packet, after[0].packet, went_on.packet)
        waited = after[0].time_ns - syn_ack.first.time_ns
        causes = ["the ACK was lost behind this point", "its accept queue was full for a moment"]
        causes.insert(
            0 if waited > FIRST_COPY else 1, "it waits for data before it accepts (TCP_DEFER_ACCEPT)"
        )
        text = (
            f"{flow.name(x)} repeated its SYN,ACK ({frames(packets[1:2])}) {duration(waited)} after the "
            f"first although the {flow.name(1 - x)} had acknowledged that ({frames(packets[:1])}), and went "
            f"on only then ({frames(packets[2:])}): {causes[0]}, {causes[1]}, or {causes[2]}"
        )
        return say(flow, x, "syn-ack-repeated", packets, text)
    return None


def _in_syn_rcvd(flow: Case, x: int) -> bool:
    """There now, or until it gave up."""
    step = flow.last_step(x)
    expired = step is not None and step.packet is None and step.old is State.SYN_RCVD
    return expired or flow.state(x) is State.SYN_RCVD
