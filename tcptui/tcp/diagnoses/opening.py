"""Diagnoses of the handshake: no answer, refused, half-open, unusual ways to open."""

from __future__ import annotations

from tcptui.tcp.events import Event
from tcptui.tcp.finding import Case, Diagnosis, Severity
from tcptui.tcp.history import Moment
from tcptui.tcp.seq import add, diff
from tcptui.tcp.signs import TELLING_COPIES, ignored_handshake, refused
from tcptui.tcp.states import State
from tcptui.tcp.traces import ResetKind, Seen
from tcptui.tcp.words import SECOND, amount, duration, frames

HANDSHAKE_LATE = 3 * SECOND


def syn_unanswered(flow: Case) -> Diagnosis | None:
    """D1: three SYNs of the same ISN or more, over 3 s or more, and no segment from the peer."""
    for x in (0, 1):
        syn = flow.side(x).syn
        if syn is None or flow.peer(x).packets or syn.count < TELLING_COPIES:
            continue
        if flow.age(syn.first) < HANDSHAKE_LATE:
            continue
        end = " and it gave up" if flow.step(x, Event.TIMEOUT_USER) else ""
        text = (
            f"{flow.name(x)}'s SYN, sent {syn.count} times in {duration(flow.age(syn.first))}, has no "
            f"answer{end}: the {flow.name(1 - x)} is down, or something on the way drops it (a closed port "
            "would answer RST). Check that the host is up, then the firewalls"
        )
        return Diagnosis("syn-unanswered", Severity.WARNING, syn.packets, text)
    return None


def connection_refused(flow: Case) -> Diagnosis | None:
    """D2: RST,ACK with SEQ 0, or with the ACK of the SYN from a peer that sent nothing else, in SYN_SENT."""
    for x in (0, 1):
        reset = flow.peer(x).reset(ResetKind.REFUSAL)
        if reset is None or not refused(flow, x):
            continue
        syn = reset.trigger or reset.seen
        text = (
            f"refused: nothing listens on the {flow.name(1 - x)}'s port (RST {frames([reset.seen.packet])} "
            f"answers SYN {frames([syn.packet])}). Is the service running, and on this address? `ss -ltn` "
            "there tells"
        )
        return Diagnosis("refused", Severity.NOTE, (syn.packet, reset.seen.packet), text)
    return None


def unreachable(flow: Case) -> Diagnosis | None:
    """D3: an ICMP error that quotes the SYN of a connection that is being opened."""
    for x in (0, 1):
        step, syn = flow.last_step(x), flow.side(x).syn
        if step is None or step.event is not Event.RECV_ICMP or step.packet is None:
            continue
        text = (
            f"{flow.name(x)} {step.why}: connect() fails at once. Where it comes from another address than "
            f"the {flow.name(1 - x)}'s, look at the routes and firewalls there"
        )
        asked = syn.packets if syn is not None else ()
        return Diagnosis("unreachable", Severity.WARNING, (*asked, step.packet), text)
    return None


def accept_queue_full(flow: Case) -> Diagnosis | None:
    """D4: the SYN,ACK came again twice or more after its ACK, which was repeated without effect."""
    for x in (0, 1):
        after = ignored_handshake(flow, x)
        if not after:
            continue
        acked = flow.peer(x).ack_advanced
        packets = tuple(seen.packet for seen in (*after, *([acked] if acked else [])))
        text = (
            f"{flow.name(x)} repeated its SYN,ACK ({frames(seen.packet for seen in after)}) although the "
            f"{flow.name(1 - x)} acknowledged it each time: its accept queue is full, or the ACKs are "
            f"dropped in front of it. `ss -ltn` on the {flow.name(x)}: Recv-Q at or above Send-Q means that "
            "the application does not call accept()"
        )
        return Diagnosis("accept-queue-full", Severity.WARNING, packets, text)
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
        return Diagnosis("half-open", Severity.WARNING, syn_ack.packets, text)
    return None


def _in_syn_rcvd(flow: Case, x: int) -> bool:
    """There now, or until it gave up."""
    step = flow.last_step(x)
    expired = step is not None and step.packet is None and step.old is State.SYN_RCVD
    return expired or flow.state(x) is State.SYN_RCVD


def simultaneous_open(flow: Case) -> Diagnosis | None:
    """D15: both ends went from SYN_SENT to SYN_RCVD; one alone is a split handshake."""
    steps = [flow.step(x, Event.RECV_SYN_IN_SYN_SENT) for x in (0, 1)]
    syns = [flow.side(x).syn for x in (0, 1)]
    packets = tuple(sorted(syn.first.packet for syn in syns if syn is not None))
    if flow.facts.same_socket and any(steps):
        text = (
            "self-connect: the socket's own port was the one that it connected to, so it opened with itself"
        )
        return Diagnosis("simultaneous-open", Severity.NOTE, packets, text)
    if not all(steps) or not all(syns):
        return None
    text = (
        f"simultaneous open: the SYNs {frames(packets)} crossed, so both ends connected and nobody was "
        "listening"
    )
    return Diagnosis("simultaneous-open", Severity.NOTE, packets, text)


def port_reused(flow: Case) -> Diagnosis | None:
    """D19: a new SYN while the other end was in TIME_WAIT of the connection before on the same ports."""
    for x in (0, 1):
        syn = flow.side(x).syn
        if syn is None:
            continue
        before = _before(flow, syn.first)
        if before[1 - x] is State.TIME_WAIT:
            return _reuse(flow, x, syn.first.packet)
        if before[x] is State.TIME_WAIT:
            text = (
                f"{flow.name(x)} connects again from a port that is in TIME_WAIT at its own end "
                "(tcp_tw_reuse)"
            )
            return Diagnosis("port-reused-in-time-wait", Severity.NOTE, (syn.first.packet,), text)
    return None


def _before(flow: Case, syn: Seen) -> tuple[State, State]:
    """Where the connection before on the same ports stood when this SYN passed."""
    if flow.previous is None:
        return State.CLOSED, State.CLOSED
    one, other = flow.previous.at(Moment(flow.history.first_packet - 1, syn.time_ns))
    return one.state, other.state


def _reuse(flow: Case, x: int, syn: int) -> Diagnosis:
    name, holder = flow.name(x), flow.name(1 - x)
    answer, reset = flow.peer(x).syn_ack, flow.side(x).resets
    packets = [syn]
    text = f"{name} uses its port again while the {holder} is in TIME_WAIT of the connection before"
    if reset and (answer is None or reset[0].seen.packet < answer.first.packet):
        packets.append(reset[0].seen.packet)
        text += (
            f": the SYN looked old and was answered by an ACK; the {name}'s RST {frames(packets[1:])} "
            "cleared it"
        )
    elif answer is not None:
        packets.append(answer.first.packet)
        text += (
            f": accepted (SYN,ACK {frames(packets[1:])}), since the SYN is newer than all that came before"
        )
    return Diagnosis("port-reused-in-time-wait", Severity.NOTE, tuple(packets), text)


def half_open_found(flow: Case) -> Diagnosis | None:
    """D21: a SYN met an ACK of some older connection, and its sender answered that by a plain RST."""
    for x in (0, 1):
        syn, foreign, reset = flow.side(x).syn, flow.peer(x).foreign_ack, flow.side(x).reset(ResetKind.REPLY)
        if syn is None or foreign is None or reset is None or reset.trigger != foreign:
            continue
        if _before(flow, syn.first)[1 - x] is State.TIME_WAIT:
            continue
        packets = (syn.first.packet, foreign.packet, reset.seen.packet)
        text = (
            f"the {flow.name(1 - x)} still had an older connection on these ports: it answered the SYN by an "
            f"ACK of that one ({frames(packets[1:2])}), RST {frames(packets[2:])} cleared it. The "
            f"{flow.name(x)} had crashed, or lost its end without a word"
        )
        return Diagnosis("half-open-found", Severity.WARNING, packets, text)
    return None


def fast_open(flow: Case) -> Diagnosis | None:
    """D32: a SYN with data; the SYN,ACK acknowledges the data (used) or only the SYN (fell back)."""
    for x in (0, 1):
        syn, answer = flow.side(x).syn, flow.peer(x).syn_ack
        if syn is None or answer is None or not syn.payload:
            continue
        packets = (syn.first.packet, answer.first.packet)
        carried = f"SYN {frames([syn.first.packet])} carried {amount(syn.payload, 'byte')}"
        if diff(answer.ack, add(syn.seq, 1)) > 0:
            text = (
                f"TCP Fast Open: {carried} and the {flow.name(1 - x)} took them before the handshake was "
                "complete"
            )
            return Diagnosis("fast-open", Severity.NOTE, packets, text)
        text = (
            f"TCP Fast Open fell back: {carried}, but the SYN,ACK acknowledges only the SYN; the cookie was "
            "not accepted, and the data must come again"
        )
        return Diagnosis("fast-open-fell-back", Severity.NOTE, packets, text)
    return None


def syn_changed(flow: Case) -> Diagnosis | None:
    """D33: a copy of the SYN with other options than the original."""
    for x in (0, 1):
        syn, copy = flow.side(x).syn, flow.side(x).syn_changed
        if syn is None or copy is None:
            continue
        packets = (syn.first.packet, copy.packet)
        text = (
            f"SYN {frames(packets[:1])} and its copy {frames(packets[1:])} offer different options: the "
            f"{flow.name(x)} tries without (Fast Open, ECN, old peers), or something on the way changes them"
        )
        return Diagnosis("syn-options-changed", Severity.NOTE, packets, text)
    return None
