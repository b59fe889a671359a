"""Diagnoses of RST: aborts, dead sockets, resets that had no effect or came too late."""

from __future__ import annotations

from tcptui.tcp.diagnoses.catalog import say
from tcptui.tcp.events import Event
from tcptui.tcp.finding import Case, Diagnosis, Severity
from tcptui.tcp.history import Moment
from tcptui.tcp.options import parse
from tcptui.tcp.seq import diff
from tcptui.tcp.signs import TELLING_PROBES, expired_fin, fin_before, keep_alive_gave_up
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.strangers import spaced
from tcptui.tcp.traces import Reset, ResetKind
from tcptui.tcp.words import amount, duration, frames

OTHER_PLACE = 2  # hops: less may be a change of route
LEAST_WINDOW = 256  # bytes: numbers that are so close may be a multiple by chance
DEAF = (State.CLOSED, State.LISTEN, State.SYN_SENT)


def abort(flow: Case) -> Diagnosis | None:
    """D16: an active RST,ACK of X; data that it had received since it last sent something were not read."""
    for x in (0, 1):
        step = flow.step(x, Event.SEND_RST)
        if step is None or keep_alive_gave_up(flow, x):
            continue
        aborts = [reset for reset in flow.side(x).resets if reset.kind is ResetKind.ABORT]
        reset = next((reset for reset in aborts if reset.seen.packet == step.packet), None)
        if reset is None:
            continue
        how, fin = _aborted(flow, x, reset)
        if reset.unread:
            text = (
                f"{how}. It probably closed without having read the last {amount(reset.unread, 'byte')} that "
                "it received (or with SO_LINGER 0): they are lost"
            )
        else:
            text = (
                f"{how}, though nothing seems unread: SO_LINGER 0, or its application crashed"
                f"{_or_listener(flow, x)}{_or_probes(flow, x, reset)}"
            )
        return say(flow, x, "abort", (*fin, reset.seen.packet), text)
    return None


def _aborted(flow: Case, x: int, reset: Reset) -> tuple[str, tuple[int, ...]]:
    """What X did, and the frame of the FIN that it had sent before, where that was captured."""
    name, quoted, closed = flow.name(x), frames([reset.seen.packet]), fin_before(flow, x, reset)
    if closed is None or closed.packet is None:
        return f"{name} aborted: RST {quoted} instead of FIN", ()
    if closed.evidence is Evidence.ASSUMED:
        return f"{name} aborted after its FIN, which was not captured: RST {quoted}", ()
    return f"{name} aborted after its FIN {frames([closed.packet])}: RST {quoted}", (closed.packet,)


def _or_listener(flow: Case, x: int) -> str:
    never_spoke = x != flow.history.client and flow.side(x).last_data is None
    return ", or closed its listening socket before it accepted this connection" if never_spoke else ""


def _or_probes(flow: Case, x: int, reset: Reset) -> str:
    """The last that it sent before the RST were keep-alives; if they were answered, it cannot have heard."""
    probes, sent = flow.side(x).keep_alive, [old.packet for old in flow.side(x).recent]
    if probes.count < TELLING_PROBES or reset.seen.packet not in sent[1:]:
        return ""
    before = sent[sent.index(reset.seen.packet) - 1]
    if probes.last.packet != before:
        return ""
    return f", or the answers to its keep-alives (the last in {frames([before])}) do not reach it"


def dead_socket(flow: Case) -> Diagnosis | None:
    """D17: a plain RST whose SEQ is the ACK of what it answers: X had no socket for it any more."""
    for x in (0, 1):
        reset = flow.side(x).reset(ResetKind.REPLY)
        if reset is None or reset.trigger is None:
            continue
        if any(other.kind is ResetKind.ABORT and other.seen < reset.seen for other in flow.side(x).resets):
            continue
        last = _known_state(flow, x, reset)
        if last is not None and not _told_elsewhere(flow, x, reset):
            return _dead(flow, x, reset, last)
    return None


def _known_state(flow: Case, x: int, reset: Reset) -> State | None:
    """In which state X was last known, if the engine, too, holds that it had no socket.

    What is assumed only because of the RST (that it had closed before) was not known.
    """
    at = flow.history.at(Moment(*reset.seen))[x]
    if at.state is not State.CLOSED or at.since is None:
        return None
    path, last = flow.path[x], at.since.old
    for step in reversed(path[: path.index(at.since)]):
        if step.evidence is not Evidence.ASSUMED or step.packet != at.since.packet:
            break
        last = step.old
    return last


def _told_elsewhere(flow: Case, x: int, reset: Reset) -> bool:
    """An expired FIN_WAIT_2 (D12), the end of the peer's TIME_WAIT (D20), an older connection (D21)."""
    killed = flow.step(1 - x, Event.RECV_RST, State.TIME_WAIT)
    if killed is not None and killed.packet == reset.seen.packet:
        return True
    return expired_fin(flow, x) is reset or reset.trigger == flow.peer(x).foreign_ack


def _dead(flow: Case, x: int, reset: Reset, last: State) -> Diagnosis:
    trigger = reset.trigger or reset.seen
    name, answered = flow.name(x), frames([trigger.packet])
    syn_ack = flow.peer(x).syn_ack
    packets = (trigger.packet, reset.seen.packet)
    if syn_ack is not None and trigger.packet in syn_ack.packets:
        text = (
            f"{name} had no socket any more when SYN,ACK {answered} came: its connect() was given up, or "
            "this is a half-open scan (SYN, SYN,ACK, RST)"
        )
        return say(flow, x, "dead-socket", packets, text, severity=Severity.NOTE, advise=False)
    if last is State.SYN_RCVD and not reset.trigger_length:
        text = (
            f"{name} forgot the connection before the handshake was complete: its listening socket was "
            f"closed, and {answered} met RST {frames(packets[1:])}"
        )
        return say(flow, x, "dead-socket", packets, text, severity=Severity.NOTE, advise=False)
    lost = f"; {amount(reset.lost, 'byte')} of the {flow.name(1 - x)} lost" if reset.lost else ""
    text = (
        f"{flow.name(1 - x)} was talking to a dead socket: the {name} had closed before {answered} came and "
        f"answered RST {frames(packets[1:])}{lost}. Last known state of the {name}: {last}"
    )
    severity = Severity.WARNING if reset.trigger_length else Severity.NOTE
    return say(flow, x, "dead-socket", packets, text, severity=severity, advise=severity is Severity.WARNING)


def rst_ignored(flow: Case) -> Diagnosis | None:
    """D18: a RST not exactly at the next byte: a challenge ACK (in the window) or nothing (outside)."""
    for x in (0, 1):
        for reset in flow.side(x).resets:
            if not reset.exact and _unmoved(flow, 1 - x, reset):
                return _ignored(flow, x, reset)
    return None


def _unmoved(flow: Case, x: int, reset: Reset) -> bool:
    at = flow.history.at(Moment(*reset.seen))[x]
    moved = at.since is not None and at.since.packet == reset.seen.packet
    return not moved and at.state not in DEAF


def _ignored(flow: Case, x: int, reset: Reset) -> Diagnosis:
    peer, packets = flow.name(1 - x), [reset.seen.packet]
    text = (
        f"RST {frames(packets)} had no effect: its sequence number is not the next one that the {peer} "
        "expects. "
    )
    if reset.challenged and reset.reply is not None:
        packets.append(reset.reply.packet)
        text += f"The {peer} answered by a challenge ACK ({frames(packets[1:])}) and stays (RFC 5961)"
    else:
        text += (
            f"The {peer} did not answer and stays: it is outside its window, or challenge ACKs are limited "
            "(RFC 5961)"
        )
    return say(flow, x, "rst-ignored", packets, text)


def time_wait_assassinated(flow: Case) -> Diagnosis | None:
    """D20: a RST with the expected sequence number ended TIME_WAIT (RFC 1337)."""
    for x in (0, 1):
        step = flow.step(x, Event.RECV_RST, State.TIME_WAIT)
        if step is None or step.packet is None:
            continue
        text = (
            f"TIME_WAIT assassination: RST {frames([step.packet])} ended the {flow.name(x)}'s TIME_WAIT "
            "before its time, so segments that are still under way may reach the next connection on these "
            "ports (RFC 1337)"
        )
        return say(flow, x, "time-wait-assassination", (step.packet,), text)
    return None


def keep_alive_unanswered(flow: Case) -> Diagnosis | None:
    """D25: two keep-alive probes or more without an answer, then an active RST of the same end."""
    for x in (0, 1):
        reset, probes = keep_alive_gave_up(flow, x), flow.side(x).keep_alive
        if reset is None:
            continue
        heard = flow.peer(x).last
        silence = f", silent for {duration(reset.seen.time_ns - heard.time_ns)}" if heard else ""
        text = (
            f"{flow.name(x)} gave up: {probes.unanswered} keep-alive probes had no answer (the "
            f"{flow.name(1 - x)} or the way to it is gone{silence}), then RST {frames([reset.seen.packet])}"
        )
        packets = (*probes.packets, reset.seen.packet)
        return say(flow, x, "keep-alive-gave-up", packets, text)
    return None


def rst_injected(flow: Case) -> Diagnosis | None:
    """D22: a RST that something speaks against: TTL, identification, numbers, or that its sender goes on."""
    for x in (0, 1):
        for reset in flow.side(x).resets:
            against = _goes_on(flow, x, reset) or _elsewhere(flow, x, reset) or _uncounted(flow, x, reset)
            if against is not None:
                return _injected(flow, x, reset, *against)
        several = len(flow.side(x).resets) > 1
        pair = spaced(flow.side(x), _windows(flow, x)) if several else None
        if pair is not None:
            one, other = pair
            why = (
                f"another, {frames([other.seen.packet])}, has a number {abs(diff(other.seq, one.seq)):,} "
                f"away, whole windows of the {flow.name(1 - x)}: who sends them guesses"
            )
            return _injected(flow, x, one, why, (one.seen.packet, other.seen.packet))
    return None


Against = tuple[str, tuple[int, ...]]
"""What speaks against a RST, and the frames that show it."""


def _goes_on(flow: Case, x: int, reset: Reset) -> Against | None:
    if reset.went_on is None:
        return None
    why = f"the {flow.name(x)} goes on sending after it ({frames([reset.went_on.packet])})"
    return why, (reset.seen.packet, reset.went_on.packet)


def _elsewhere(flow: Case, x: int, reset: Reset) -> Against | None:
    """The TTL: of its sender in this connection, or of its host in others (for a refusal)."""
    usual = reset.usual_ttl if reset.usual_ttl is not None else flow.around.ttl(x)
    if usual is None or abs(reset.ttl - usual) < OTHER_PLACE:
        return None
    return f"it has TTL {reset.ttl}, the {flow.name(x)}'s other packets have {usual}", (reset.seen.packet,)


def _uncounted(flow: Case, x: int, reset: Reset) -> Against | None:
    if reset.usual_id is None:
        return None
    why = (
        f"its IP identification is {reset.ip_id}, while the {flow.name(x)} counts its own up and had got to "
        f"{reset.usual_id}"
    )
    return why, (reset.seen.packet,)


def _windows(flow: Case, x: int) -> tuple[int, ...]:
    """The windows that X's peer offered lately, in bytes."""
    one, other = flow.side(x), flow.peer(x)
    scales = [
        parse(syn.options).wscale for syn in (one.syn or one.syn_ack, other.syn or other.syn_ack) if syn
    ]
    shift = scales[1] if len(scales) == 2 and scales[0] is not None else 0
    sizes = {segment.window << min(shift or 0, 14) for segment in other.recent}
    return tuple(sorted(size for size in sizes if size >= LEAST_WINDOW))


def _injected(flow: Case, x: int, reset: Reset, why: str, packets: tuple[int, ...]) -> Diagnosis:
    text = f"RST {frames([reset.seen.packet])} does not look like the {flow.name(x)}'s: {why}"
    return say(flow, x, "rst-injected", packets, text)
