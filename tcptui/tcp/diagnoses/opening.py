"""Diagnoses of the handshake: no answer, refused, half-open, unusual ways to open."""

from __future__ import annotations

from tcptui.tcp.diagnoses.catalog import say
from tcptui.tcp.events import Event
from tcptui.tcp.finding import Case, Diagnosis, Severity
from tcptui.tcp.history import Moment
from tcptui.tcp.options import parse
from tcptui.tcp.seq import add, diff
from tcptui.tcp.signs import TELLING_COPIES, refused
from tcptui.tcp.states import State
from tcptui.tcp.traces import Copies, ResetKind, Seen
from tcptui.tcp.words import SECOND, amount, duration, frames

HANDSHAKE_LATE = 3 * SECOND
LATELY = 60 * SECOND  # what a host did so long ago still says that it is there
NO_MSS, SCALED = b"\x02\x04\x00\x00", b"\x03\x03"  # looked for before options are parsed: these are rare
LINUX_STEP = 65_537  # what Linux adds to its last number for the next connection on the same ports


def syn_unanswered(flow: Case) -> Diagnosis | None:
    """D1: three SYNs of the same ISN or more, over 3 s or more, and no segment from the peer."""
    for x in (0, 1):
        syn = unanswered(flow, x)
        if syn is None or flow.around.answered(1 - x, syn.first.time_ns - LATELY):
            continue
        end = " and it gave up" if flow.step(x, Event.TIMEOUT_USER) else ""
        text = (
            f"{flow.name(x)}'s SYN, sent {syn.count} times in {duration(flow.age(syn.first))}, has no "
            f"answer{end}: "
        )
        alive = flow.around.alive(1 - x, syn.first.time_ns - LATELY)
        if alive is not None:
            text += (
                f"filtered. The {flow.name(1 - x)} is up (it answered somebody else in "
                f"{frames([alive.packet])}) and a closed port would answer RST, so something drops what "
                "comes to this port: look at the firewalls, its own first"
            )
        else:
            text += (
                f"the {flow.name(1 - x)} is down, or something on the way drops it (a closed port would "
                "answer RST)"
            )
        packets = (*syn.packets, *([alive.packet] if alive else []))
        return say(flow, x, "syn-unanswered", packets, text, advise=alive is None)
    return None


def unanswered(flow: Case, x: int) -> Copies | None:
    """X's SYN, often sent and for long, where its peer has not said anything, and no router either."""
    syn = flow.side(x).syn
    if syn is None or flow.peer(x).packets or syn.count < TELLING_COPIES or flow.step(x, Event.RECV_ICMP):
        return None
    return syn if flow.age(syn.first) >= HANDSHAKE_LATE else None


def connection_refused(flow: Case) -> Diagnosis | None:
    """D2: RST,ACK with SEQ 0, or with the ACK of the SYN from a peer that sent nothing else, in SYN_SENT."""
    for x in (0, 1):
        reset = flow.peer(x).reset(ResetKind.REFUSAL)
        if reset is None or not refused(flow, x):
            continue
        syn = reset.trigger
        asked = f"SYN {frames([syn.packet])}" if syn else "a SYN that was not captured"
        text = (
            f"refused: nothing listens on the {flow.name(1 - x)}'s port (RST {frames([reset.seen.packet])} "
            f"answers {asked})"
        )
        packets = (*([syn.packet] if syn else []), reset.seen.packet)
        return say(flow, x, "refused", packets, text)
    return None


def unreachable(flow: Case) -> Diagnosis | None:
    """D3: an ICMP error that quotes the SYN of a connection that is being opened."""
    for x in (0, 1):
        step, syn = flow.last_step(x), flow.side(x).syn
        if step is None or step.event is not Event.RECV_ICMP or step.packet is None:
            continue
        asked = syn.packets if syn is not None else ()
        return say(flow, x, "unreachable", (*asked, step.packet), f"{flow.name(x)} {step.why}")
    return None


def simultaneous_open(flow: Case) -> Diagnosis | None:
    """D15: both ends went from SYN_SENT to SYN_RCVD; one alone is a split handshake."""
    steps = [flow.step(x, Event.RECV_SYN_IN_SYN_SENT) for x in (0, 1)]
    syns = [flow.side(x).syn for x in (0, 1)]
    packets = tuple(sorted(syn.first.packet for syn in syns if syn is not None))
    if flow.facts.same_socket and any(steps):
        text = (
            "self-connect: the socket's own port was the one that it connected to, so it opened with itself"
        )
        return say(flow, 0, "simultaneous-open", packets, text)
    if not all(steps) or not all(syns):
        return None
    text = (
        f"simultaneous open: the SYNs {frames(packets)} crossed, so both ends connected and nobody was "
        "listening"
    )
    return say(flow, 0, "simultaneous-open", packets, text)


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
                f"(tcp_tw_reuse{_next_number(flow, x, syn)})"
            )
            return say(flow, x, "port-reused-in-time-wait", (syn.first.packet,), text)
    return None


def _before(flow: Case, syn: Seen) -> tuple[State, State]:
    """Where the connection before on the same ports stood when this SYN passed."""
    if flow.previous is None:
        return State.CLOSED, State.CLOSED
    one, other = flow.previous.history.at(Moment(flow.history.first_packet - 1, syn.time_ns))
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
            f": accepted (SYN,ACK {frames(packets[1:])}{_next_number(flow, 1 - x, answer)}), since the SYN "
            "is newer than all that came before"
        )
    return say(flow, x, "port-reused-in-time-wait", packets, text)


def _next_number(flow: Case, x: int, syn: Copies) -> str:
    """Whether X's number is the one that Linux takes for such a connection."""
    last = flow.previous.facts.sides[x].snd_max if flow.previous is not None else None
    is_next = last is not None and syn.seq == add(last, LINUX_STEP)
    return ", its number 65,537 above the last one, as Linux does" if is_next else ""


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
            f"the {flow.name(1 - x)} still had an older connection on these ports: it answered the SYN by "
            f"an ACK of that one ({frames(packets[1:2])}), RST {frames(packets[2:])} cleared "
            f"it{_old(flow, syn)}. The {flow.name(x)} had crashed, or lost its end without a word"
        )
        return say(flow, x, "half-open-found", packets, text)
    return None


def _old(flow: Case, syn: Copies) -> str:
    """How old the connection before was, and what it left behind."""
    if flow.previous is None:
        return ""
    sides = flow.previous.facts.sides
    begun = min((side.first.time_ns for side in sides if side.first), default=syn.first.time_ns)
    heard = max((side.last.time_ns for side in sides if side.last), default=begun)
    left = sum(diff(side.snd_max or 0, side.waiting.seq) for side in sides if side.waiting)
    lost = f", {amount(left, 'byte')} not acknowledged" if left > 0 else ""
    age, silence = duration(syn.first.time_ns - begun), duration(syn.first.time_ns - heard)
    return f" (it was {age} old, silent for {silence}{lost})"


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
            return say(flow, x, "fast-open", packets, text)
        text = (
            f"TCP Fast Open fell back: {carried}, but the SYN,ACK acknowledges only the SYN; the cookie was "
            "not accepted, and the data must come again"
        )
        return say(flow, x, "fast-open-fell-back", packets, text)
    return None


def syn_changed(flow: Case) -> Diagnosis | None:
    """D33: a copy of the SYN offers something else than the original."""
    for x in (0, 1):
        changed = flow.side(x).syn_changed
        if changed is None:
            continue
        packets = (changed.first.packet, changed.copy.packet)
        one, other = frames(packets[:1]), frames(packets[1:])
        lost = f" (without option {', '.join(map(str, changed.dropped))})" if changed.dropped else ""
        if changed.on_the_way:
            text = (
                f"SYN {other} is SYN {one} at another place, with other options{lost}: something between "
                "changes it"
            )
        elif changed.harmless:
            text = (
                f"SYN {other} is a copy of {one} and offers less{lost}: the {flow.name(x)} tries without, "
                "in case something on the way drops SYNs that have more (Fast Open, ECN; Windows with its "
                "last SYN)"
            )
        else:
            text = (
                f"SYN {one} and its copy {other} offer different things{lost}: something on the way changes "
                "them"
            )
        severity = Severity.NOTE if changed.harmless and not changed.on_the_way else Severity.WARNING
        advise = severity is Severity.WARNING
        return say(flow, x, "syn-options-changed", packets, text, severity=severity, advise=advise)
    return None


def mss_zero(flow: Case) -> Diagnosis | None:
    """D33: a SYN or SYN,ACK with a maximum segment size of 0."""
    for x in (0, 1):
        for syn in (flow.side(x).syn, flow.side(x).syn_ack):
            if syn is not None and NO_MSS in syn.options and parse(syn.options).mss == 0:
                text = f"{flow.name(x)}'s SYN {frames([syn.first.packet])} offers a maximum segment size of 0"
                return say(flow, x, "mss-zero", (syn.first.packet,), text)
    return None


def no_window_scaling(flow: Case) -> Diagnosis | None:
    """D33: the SYN offers window scaling; the SYN,ACK has time stamps or SACK, and no window scaling."""
    for x in (0, 1):
        syn, answer = flow.peer(x).syn, flow.side(x).syn_ack
        if syn is None or answer is None or SCALED not in syn.options or SCALED in answer.options:
            continue
        asked, got = parse(syn.options), parse(answer.options)
        if (
            asked.wscale is None
            or got.wscale is not None
            or not (got.sack_permitted or got.tsval is not None)
        ):
            continue
        packets = (syn.first.packet, answer.first.packet)
        text = (
            f"no window scaling: the {flow.name(1 - x)} offers it ({frames(packets[:1])}), the "
            f"{flow.name(x)} does not take it ({frames(packets[1:])}), so no more than 64 kB can be under "
            "way"
        )
        return say(flow, x, "no-window-scaling", packets, text)
    return None
