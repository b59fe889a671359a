"""Signs that more than one reader looks for: what verdicts and diagnoses must not judge differently.

Each is a question about a `Case` and one endpoint X of it; all are as of the case's `now`.
"""

from __future__ import annotations

from tcptui.tcp.events import Event
from tcptui.tcp.finding import Case
from tcptui.tcp.history import Transition
from tcptui.tcp.seq import diff
from tcptui.tcp.states import ASSUMED, CLOSED, CLOSING, FIN_WAIT_1, FIN_WAIT_2, LAST_ACK, SYN_SENT
from tcptui.tcp.traces import Reset, ResetKind, Seen, ZeroWindow
from tcptui.tcp.words import SECOND

TELLING_COPIES = 3  # transmissions of the same thing without an answer
TELLING_PROBES = 2
FORGETS_AFTER = SECOND  # no FIN_WAIT_2 is shorter: the limit is set in seconds


def refused(flow: Case, x: int) -> bool:
    """X's SYN was answered by a RST, and X has taken it for an answer."""
    step = flow.step(x, Event.RECV_RST)
    return step is not None and step.old is SYN_SENT and flow.peer(x).reset(ResetKind.REFUSAL) is not None


def ignored_handshake(flow: Case, x: int) -> tuple[Seen, ...]:
    """The copies of X's SYN,ACK that came although its peer had acknowledged it, and again after the first.

    Empty where there are fewer than two, or where X has gone on since.
    """
    syn_ack, peer = flow.side(x).syn_ack, flow.peer(x)
    if syn_ack is None or peer.ack_advanced is None or peer.last_ack is None:
        return ()
    if flow.side(x).snd_max != syn_ack.end or peer.ack_max != syn_ack.end:
        return ()
    after = tuple(seen for seen in syn_ack.seen if seen.packet > peer.ack_advanced.packet)
    return after if len(after) >= 2 and peer.last_ack.packet > after[0].packet else ()


def fin_unanswered(flow: Case, x: int) -> bool:
    """X's FIN went out three times or more, and nothing of the peer came after the first copy of it."""
    fin, heard = flow.side(x).fin, flow.peer(x).last
    if fin is None or fin.count < TELLING_COPIES or flow.facts.same_socket:
        return False
    step = flow.last_step(x)
    gave_up = step is not None and step.event is Event.TIMEOUT_USER
    state = step.old if step is not None and gave_up else flow.state(x)
    waiting = state in (FIN_WAIT_1, CLOSING, LAST_ACK)
    return waiting and (heard is None or heard.packet < fin.seen[1].packet)


def fin_acknowledged(flow: Case, x: int) -> bool:
    """X has sent an ACK of its peer's FIN: it has it for certain."""
    fin, acked = flow.peer(x).fin, flow.side(x).ack_max
    return fin is not None and acked is not None and diff(acked, fin.end) >= 0


def sends_after_fin(flow: Case, x: int) -> Seen | None:
    """X's newest payload, where it came after the peer's FIN."""
    data, fin = flow.side(x).last_data, flow.peer(x).fin
    return data if data is not None and fin is not None and data.packet > fin.first.packet else None


def keep_alive_gave_up(flow: Case, x: int) -> Reset | None:
    """The RST by which X ended the connection after keep-alives without an answer."""
    reset, probes = flow.side(x).reset(ResetKind.ABORT), flow.side(x).keep_alive
    if reset is None or probes.unanswered < TELLING_PROBES or probes.last.packet > reset.seen.packet:
        return None
    return reset


def fin_before(flow: Case, x: int, reset: Reset) -> Transition | None:
    """How X closed before this RST of its: by a FIN that was seen, or that the RST's number counts."""
    step, end = flow.step(x, Event.CLOSE), flow.step(x, Event.REPLIED_RST)
    if step is None or step.packet is None or step.packet > reset.seen.packet:
        return None
    waited = step.evidence is ASSUMED and end is not None and end.packet == step.packet
    return None if waited else step


def silent(flow: Case, x: int) -> bool:
    """X answers neither keep-alives nor three transmissions of the same data."""
    peer, last = flow.peer(x), flow.side(x).last
    if peer.keep_alive.unanswered >= TELLING_PROBES:
        return True
    run, waiting = peer.run, peer.waiting
    return (
        run is not None
        and waiting is not None
        and run.count >= TELLING_COPIES
        and run.seq == waiting.seq
        and (last is None or last.packet < run.first.packet)
    )


def zero_window(flow: Case, x: int, zero: ZeroWindow) -> int:
    """How long X really held its peer up by this zero window, in ns.

    While it lasts it counts until now only if both ends are still there; a FIN of the peer ends it, too,
    since nothing is left to send.
    """
    fin, end = flow.peer(x).fin, flow.now.time_ns
    if zero.end is not None:
        end = zero.end.time_ns
    elif fin is not None or CLOSED in (flow.state(0), flow.state(1)):
        end = max(seen.time_ns for seen in (flow.side(0).last, flow.side(1).last) if seen is not None)
    if fin is not None:
        end = min(end, fin.first.time_ns)
    return max(0, end - zero.start.time_ns)


def expired_fin(flow: Case, x: int) -> Reset | None:
    """X's RST to the peer's FIN (without data: an orphan answers those by RST, too) after FIN_WAIT_2."""
    reset, fin = flow.side(x).reset(ResetKind.REPLY), flow.peer(x).fin
    step = flow.last_step(x)
    if reset is None or reset.trigger is None or fin is None or fin.payload or step is None:
        return None
    own = flow.side(x).fin
    if own is None or reset.trigger.time_ns - own.first.time_ns < FORGETS_AFTER:
        return None
    answers = reset.trigger.packet in fin.packets
    return reset if answers and step.old is FIN_WAIT_2 and step.new is CLOSED else None
