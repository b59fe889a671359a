"""Diagnoses of the close: applications that do not close, peers that vanish, FINs that wait or cross."""

from __future__ import annotations

from itertools import pairwise

from tcptui.tcp.diagnoses.catalog import say
from tcptui.tcp.events import Event
from tcptui.tcp.finding import Case, Diagnosis, Severity
from tcptui.tcp.seq import diff
from tcptui.tcp.signs import expired_fin, fin_acknowledged, fin_unanswered, sends_after_fin
from tcptui.tcp.states import State
from tcptui.tcp.traces import Copies, Seen
from tcptui.tcp.words import MILLISECOND, SECOND, amount, duration, frames

CLOSE_LATE = 10 * SECOND
FIN_WAIT_LATE = 5 * SECOND
GAP_STAYS = 200 * MILLISECOND  # longer than any delayed ACK: what is not acknowledged by then is missing
DOUBLING = (1.5, 3.0)


def close_wait_stuck(flow: Case) -> Diagnosis | None:
    """D10: CLOSE_WAIT, the FIN acknowledged, for 10 s or more; X sent no data for 10 s or more."""
    for x in (0, 1):
        fin = _stuck(flow, x)
        data = sends_after_fin(flow, x)
        if fin is None or (data is not None and flow.age(data) < CLOSE_LATE):
            continue
        acked = flow.side(x).ack_advanced or fin.first
        text = (
            f"{flow.name(x)} application has not called close() for {duration(flow.age(fin.first))} since "
            f"the {flow.name(1 - x)}'s FIN {frames([fin.first.packet])}"
        )
        packets = (fin.first.packet, acked.packet)
        return say(flow, x, "close-wait-stuck", packets, text)
    return None


def half_close(flow: Case) -> Diagnosis | None:
    """D10, its guard: CLOSE_WAIT for 10 s or more, and X still sends: a half-close in use."""
    for x in (0, 1):
        fin = _stuck(flow, x)
        data = sends_after_fin(flow, x)
        if fin is None or data is None or flow.age(data) >= CLOSE_LATE:
            continue
        text = (
            f"half-close in use: the {flow.name(1 - x)} has finished sending (FIN "
            f"{frames([fin.first.packet])}), the {flow.name(x)} goes on (last in {frames([data.packet])})"
        )
        return say(flow, x, "half-close", (fin.first.packet, data.packet), text)
    return None


def _stuck(flow: Case, x: int) -> Copies | None:
    """The FIN because of which X is in CLOSE_WAIT, where that is certain and old."""
    fin = flow.peer(x).fin
    if fin is None or flow.state(x) is not State.CLOSE_WAIT or not fin_acknowledged(flow, x):
        return None
    return fin if flow.age(fin.first) >= CLOSE_LATE else None


def fin_wait_2(flow: Case) -> Diagnosis | None:
    """D11: FIN_WAIT_2 for 5 s or more; whether X still takes data tells a half-close from a close()."""
    for x in (0, 1):
        step = flow.last_step(x)
        fin = flow.side(x).fin
        if flow.state(x) is not State.FIN_WAIT_2 or step is None or fin is None:
            continue
        waited = flow.now.time_ns - step.time_ns
        if waited < FIN_WAIT_LATE:
            continue
        text = (
            f"{flow.name(x)} in FIN_WAIT_2 for {duration(waited)}: waits for the {flow.name(1 - x)}'s FIN. "
        )
        if flow.side(x).accepted_after_fin(flow.peer(x)):
            text += "It still takes data: a half-close, shutdown(SHUT_WR), without a limit"
        elif flow.timers.fin_wait_2 is not None:
            limit = duration(flow.timers.fin_wait_2)
            text += f"If its application has called close(), the kernel forgets it after {limit}"
        else:
            text += "There is no limit by RFC 9293"
        packets = [packet for packet in (fin.first.packet, step.packet) if packet is not None]
        return say(flow, x, "fin-wait-2", packets, text)
    return None


def fin_wait_2_expired(flow: Case) -> Diagnosis | None:
    """D12: FIN_WAIT_2 ended by its timer without data taken, or the peer's FIN met a RST."""
    for x in (0, 1):
        fin, step = flow.side(x).fin, flow.last_step(x)
        if fin is None or step is None or step.old is not State.FIN_WAIT_2 or step.new is not State.CLOSED:
            continue
        met = expired_fin(flow, x)
        if step.packet is not None and met is None:
            continue
        text = f"{flow.name(x)} gave up FIN_WAIT_2 without the {flow.name(1 - x)}'s FIN"
        packets = [fin.first.packet]
        if met is not None and met.trigger is not None:
            packets += [met.trigger.packet, met.seen.packet]
            late = duration(met.trigger.time_ns - fin.first.time_ns)
            text += (
                f", which came {late} after its own ({frames(packets[1:2])}) and met RST "
                f"{frames(packets[2:])}"
            )
        else:
            text += ": when that comes at last, it will be answered by RST"
        return say(flow, x, "fin-wait-2-expired", packets, text)
    return None


def peer_vanished(flow: Case) -> Diagnosis | None:
    """D13: three FINs or more, their gaps doubling, and nothing from the peer."""
    for x in (0, 1):
        fin = flow.side(x).fin
        if fin is None or not fin_unanswered(flow, x) or not _doubling(fin):
            continue
        limit = flow.timers.closing
        end = f"; the kernel gives up after {duration(limit)}" if limit else ""
        acked = flow.peer(x).ack_advanced if fin_acknowledged(flow, 1 - x) else None
        met = (
            f"was acknowledged here ({frames([acked.packet])}), but that ACK did not arrive and no other came"
            if acked
            else "has no answer"
        )
        text = (
            f"{flow.name(1 - x)} vanished during the close: the {flow.name(x)}'s FIN, sent {fin.count} times "
            f"in {duration(fin.last.time_ns - fin.first.time_ns)}, {met}{end}"
        )
        return say(flow, x, "peer-vanished-in-close", fin.packets, text)
    return None


def _doubling(copies: Copies) -> bool:
    """No gap much shorter than the one before, and at least one about twice as long."""
    gaps = copies.gaps()
    ratios = [b / a for a, b in pairwise(gaps) if a > 0]
    low, high = DOUBLING
    return any(low <= ratio <= high for ratio in ratios) and all(ratio >= 0.7 for ratio in ratios)


def last_ack_lost(flow: Case) -> Diagnosis | None:
    """D14: a copy of the peer's FIN meets TIME_WAIT and is acknowledged again."""
    for x in (0, 1):
        fin, acked, again = flow.peer(x).fin, flow.side(x).ack_advanced, flow.side(x).last_ack
        entered = flow.step(x, Event.RECV_FIN) or flow.step(x, Event.RECV_ACK_OF_FIN)
        if fin is None or acked is None or again is None or entered is None:
            continue
        if not flow.been(x, State.TIME_WAIT) or not fin_acknowledged(flow, x):
            continue
        copies = [seen for seen in fin.seen[1:] if acked.packet < seen.packet < again.packet]
        if not copies or flow.facts.same_socket:
            continue
        text = (
            f"the last ACK {frames([acked.packet])} was lost: the {flow.name(1 - x)} sent its FIN again "
            f"({frames(seen.packet for seen in copies)}), and TIME_WAIT answered ({frames([again.packet])}). "
            "That is what TIME_WAIT is for; its time starts anew"
        )
        packets = (acked.packet, *(seen.packet for seen in copies), again.packet)
        return say(flow, x, "last-ack-lost", packets, text)
    return None


def simultaneous_close(flow: Case) -> Diagnosis | None:
    """D15: CLOSING: each end sent its FIN before it had the other's."""
    through = [x for x in (0, 1) if flow.been(x, State.CLOSING)]
    if not through or flow.facts.same_socket:
        return None
    closes = [step.packet for x in (0, 1) if (step := flow.step(x, Event.CLOSE)) is not None]
    packets = tuple(sorted(packet for packet in closes if packet is not None))
    if len(packets) < 2:
        return None
    other = 1 - through[0]
    if other in through or flow.state(other) is State.FIN_WAIT_1:
        who = "both go through CLOSING"
    else:
        who = f"the {flow.name(1 - other)} goes through CLOSING; the {flow.name(other)} does not"
    text = f"both ends closed at the same time: the FINs {frames(packets)} crossed, so {who}"
    return say(flow, 0, "simultaneous-close", packets, text)


def fin_held_by_gap(flow: Case) -> Diagnosis | None:
    """D28: the peer's FIN was seen and X acknowledges less than the bytes before it."""
    for x in (0, 1):
        fin = flow.peer(x).fin
        if fin is None:
            continue
        step = flow.step(x, Event.RECV_FIN)
        found = _holds(flow, x, fin) if step is None else _held(flow, x, fin, step.packet)
        if found is not None:
            return found
    return None


def _holds(flow: Case, x: int, fin: Copies) -> Diagnosis | None:
    side, open_states = flow.side(x), (State.ESTABLISHED, State.FIN_WAIT_1, State.FIN_WAIT_2)
    if flow.state(x) not in open_states or side.ack_max is None or side.last_ack is None:
        return None
    missing = diff(fin.seq, side.ack_max)
    hole = any(hole.acked is None for hole in flow.peer(x).holes)
    if missing <= 0 or not (hole or _acked_late(side.last_ack, fin)):
        return None
    text = (
        f"FIN {frames([fin.first.packet])} has passed, but the {flow.name(x)} still waits for bytes before "
        f"it (up to {amount(missing, 'byte')}): it does not enter CLOSE_WAIT until they come"
    )
    packets = (fin.first.packet, max(side.last_ack.packet, fin.first.packet))
    return say(flow, x, "fin-held-by-gap", packets, text)


def _acked_late(ack: Seen, fin: Copies) -> bool:
    return ack.packet > fin.first.packet and ack.time_ns - fin.first.time_ns >= GAP_STAYS


def _held(flow: Case, x: int, fin: Copies, packet: int | None) -> Diagnosis | None:
    """It is over: the segment that moved X was not the FIN but the one that filled the gap."""
    if packet is None or packet in fin.packets or packet not in flow.peer(x).behind_fin.packets:
        return None
    text = (
        f"FIN {frames([fin.first.packet])} came before bytes that precede it: the {flow.name(x)} could take "
        f"it only when {frames([packet])} had filled the gap"
    )
    return say(
        flow, x, "fin-held-by-gap", (fin.first.packet, packet), text, severity=Severity.NOTE, advise=False
    )


def closed_with_backlog(flow: Case) -> Diagnosis | None:
    """D29: X's FIN came at the end of data that had been waiting for more than a round trip."""
    for x in (0, 1):
        side = flow.side(x)
        if side.fin is None or side.backlog is None:
            continue
        began, fin = side.backlog, side.fin.first
        held = [
            zero for zero in flow.peer(x).zero_windows if zero.end is None or zero.end.packet > began.packet
        ]
        why = (
            f"; the {flow.name(1 - x)} had no room for a while ({frames([held[0].start.packet])})"
            if held
            else ""
        )
        text = (
            f"{flow.name(x)} sent without a pause for {duration(fin.time_ns - began.time_ns)} before its "
            f"FIN {frames([fin.packet])} (from {frames([began.packet])} on{why}): its application may have "
            "called close() any time in between, and its kernel then was beyond what packets show"
        )
        packets = (began.packet, *(zero.start.packet for zero in held[:1]), fin.packet)
        return say(flow, x, "closed-with-backlog", packets, text)
    return None
