"""Diagnoses of the time between open and close, and of the capture itself."""

from __future__ import annotations

from itertools import pairwise

from tcptui.tcp.diagnoses.catalog import say
from tcptui.tcp.finding import Case, Diagnosis
from tcptui.tcp.seq import add, diff
from tcptui.tcp.signs import TELLING_COPIES, fin_unanswered, refused, zero_window
from tcptui.tcp.traces import Copies, Probes, Seen
from tcptui.tcp.words import SECOND, amount, duration, frames

STALLED = SECOND
LATELY = 60 * SECOND
DOUBLING = (1.7, 2.3)
LINEAR = (0.8, 1.2)  # Linux sends its first copies of a SYN at even distances
LINEAR_COPIES = 5
DUPLICATE_SHARE = 0.3
DUPLICATE_LEAST = 3


def zero_window_stall(flow: Case) -> Diagnosis | None:
    """D23: X advertised a window of zero for more than 1 s; the window update ends it; probes are counted."""
    spans = [(zero_window(flow, x, zero), x, zero) for x in (0, 1) for zero in flow.side(x).zero_windows]
    if not spans:
        return None
    lasted, x, zero = max(spans, key=lambda span: span[0])
    if lasted <= STALLED:
        return None
    end = f"until {frames([zero.end.packet])}" if zero.end else "and still does"
    probed = bool(zero.probes.count or flow.peer(x).waiting)
    sender = (
        f"the {flow.name(1 - x)} is held up"
        if probed
        else f"the {flow.name(1 - x)} seems to have nothing to send"
    )
    text = (
        f"{flow.name(x)} advertised a zero window for {duration(lasted)} from {frames([zero.start.packet])} "
        f"{end}: its application does not read; {sender} ({amount(zero.probes.count, 'probe')})"
    )
    packets = {zero.start.packet, *zero.probes.packets, *([zero.end.packet] if zero.end else [])}
    return say(flow, x, "zero-window", packets, text)


def zero_window_probes(flow: Case) -> Diagnosis | None:
    """D24: a segment from below what is acknowledged, of a byte or none, while the peer's window is zero."""
    probes = [(zero.probes, x) for x in (0, 1) for zero in flow.side(x).zero_windows if zero.probes.count]
    if not probes:
        return None
    most, x = max(probes, key=lambda probe: probe[0].count)
    text = f"{flow.name(1 - x)} asks for room: {amount(most.count, 'zero-window probe')}{_rhythm(most)}"
    return say(flow, 1 - x, "zero-window-probe", most.packets, text)


def keep_alive(flow: Case) -> Diagnosis | None:
    """D24: such a segment while the window is open and nothing is unacknowledged."""
    probes = [(flow.side(x).keep_alive, x) for x in (0, 1) if flow.side(x).keep_alive.count]
    if not probes:
        return None
    most, x = max(probes, key=lambda probe: probe[0].count)
    answered = "answered" if not most.unanswered else f"the last {most.unanswered} without an answer"
    text = (
        f"{flow.name(x)} keeps the idle connection alive: {amount(most.count, 'probe')}{_rhythm(most)}, "
        f"{answered}"
    )
    return say(flow, x, "keep-alive", most.packets, text)


def _rhythm(probes: Probes) -> str:
    gaps = sorted(probes.gaps())
    return f", about every {duration(gaps[len(gaps) // 2])}" if gaps else ""


def back_off(flow: Case) -> Diagnosis | None:
    """D26: the same sequence number three times or more, the gaps doubling (of a SYN: the first even)."""
    for x in (0, 1):
        side = flow.side(x)
        runs = [
            side.syn if flow.peer(x).packets and not refused(flow, x) else None,
            None if fin_unanswered(flow, x) else side.worst_run,
        ]
        for run in runs:
            if run is not None and side.fin is not None and run.end == side.fin.end and not run.payload:
                run = side.fin  # with the first, also where that was acknowledged before the second
            waits = _doubling(run.gaps(), linear=run is side.syn) if run is not None else []
            if run is not None and waits:
                return _backed_off(flow, x, run, waits)
    return None


def _doubling(gaps: list[int], *, linear: bool) -> list[int]:
    """The longest row of gaps of which each is twice the one before; empty where there are not two."""
    best: list[int] = []
    row = gaps[:1]
    for n, (before, gap) in enumerate(pairwise(gaps), start=1):
        ratio = gap / before if before > 0 else 0.0
        even = linear and n < LINEAR_COPIES and LINEAR[0] <= ratio <= LINEAR[1]
        row = [*row, gap] if even or DOUBLING[0] <= ratio <= DOUBLING[1] else [gap]
        best = max(best, row, key=len)
    return best if len(best) + 1 >= TELLING_COPIES else []


def _backed_off(flow: Case, x: int, run: Copies, waits: list[int]) -> Diagnosis:
    side = flow.side(x)
    waiting = side.waiting
    how = _repeated(flow, x, run, waits)
    rto = f"Its retransmission timeout was about {duration(waits[0])}"
    if (acks := _in_vain(flow, x, run)) is not None:
        first, last = acks
        text = (
            f"{how}; the {flow.name(1 - x)} acknowledges it (#{first.packet} to #{last.packet}), but its "
            f"ACKs do not arrive, or come late: capture at the {flow.name(x)}, too. {rto}"
        )
        packets = (*run.packets, *(seen.packet for seen in acks))
        return say(flow, x, "back-off", packets, text, advise=False)
    if waiting is not None and waiting.seen.packet > run.last.packet:
        waiting = None  # the run is acknowledged, perhaps longer ago than numbers can tell
    unanswered = waiting is not None and diff(waiting.seq, run.end) < 0 <= diff(run.seq, waiting.seq)
    end = "still without an answer" if unanswered else "acknowledged in the end"
    text = f"{how}; {end}. {rto}"
    answered = flow.around.answered(1 - x, run.first.time_ns - LATELY) if run is side.syn else None
    if answered is not None:
        text += (
            f". The port answered the same host in {frames([answered.packet])}: its accept queue may have "
            "been full, which drops SYNs"
        )
    elif _never_heard(flow, x, run):
        text += (
            f". The {flow.name(1 - x)} had not said anything since its SYN,ACK: its accept queue may be full "
            "(`ss -ltn` there), or it misses the ACK of that"
        )
    return say(flow, x, "back-off", run.packets, text, advise=answered is None)


def _repeated(flow: Case, x: int, run: Copies, waits: list[int]) -> str:
    """What X sent again, and how it waited; even waits are no back-off."""
    what = "SYN" if run is flow.side(x).syn else amount(run.payload, "byte") if run.payload else "FIN"
    times = f"sent {run.count} times ({frames(run.packets)})"
    if max(waits) <= LINEAR[1] * min(waits):
        return f"{flow.name(x)} repeats its {what}: {times}, every {duration(sum(waits) // len(waits))}"
    waited = ", ".join(duration(wait) for wait in waits[:4]) + (" …" if len(waits) > 4 else "")
    return f"{flow.name(x)} backs off: {what} {times}, waiting {waited}"


def _in_vain(flow: Case, x: int, run: Copies) -> tuple[Seen, Seen] | None:
    """The ACK of what X sends all the same, and the newest, in answer to a copy."""
    acked, last, high = flow.peer(x).ack_advanced, flow.peer(x).last_ack, flow.peer(x).ack_max
    if acked is None or last is None or high is None or diff(high, run.end) < 0:
        return None
    again = run.seen[1].packet
    return (acked, last) if acked.packet < again < last.packet else None


def _never_heard(flow: Case, x: int, run: Copies) -> bool:
    """X's first data, to a peer that had sent no more than its SYN,ACK."""
    spoke, syn_ack = flow.peer(x).spoke, flow.peer(x).syn_ack
    first = flow.side(x).iss is not None and run.seq == add(flow.side(x).iss or 0, 1) and run.payload > 0
    return first and syn_ack is not None and (spoke is None or spoke.packet > run.last.packet)


def sent_again(flow: Case) -> Diagnosis | None:
    """D26, its guard: what else was sent again, and whether duplicate ACKs, a probe or the timer did it."""
    for x in (0, 1):
        resent = flow.side(x).resent
        if resent is None:
            continue
        causes = (
            (resent.fast, "after duplicate ACKs (fast retransmit)"),
            (resent.probed, "two round trips later (tail loss probe)"),
            (resent.timed_out, "by the timer"),
        )
        found = [f"{many.count:,} {how} ({frames(many.packets)})" for many, how in causes if many.count]
        if not found:
            continue
        total = sum(many.count for many, _ in causes)
        packets = tuple(packet for many, _ in causes for packet in many.packets)
        text = f"{flow.name(x)} sent {amount(total, 'segment')} of data again: {', '.join(found)}"
        return say(flow, x, "retransmission", packets, text)
    return None


def sent_needlessly(flow: Case) -> Diagnosis | None:
    """D27: a DSACK: the receiver reports bytes that it already had; or their ACK was under way meanwhile."""
    for x in (0, 1):
        reports, resent = flow.side(x).received_twice, flow.peer(x).resent
        if reports.count:
            what, lost = "bytes", "their ACK was lost, late or delayed"
            if flow.side(x).fin_twice is not None and reports.count == 1:
                what, lost = "the FIN", "only its ACK was lost"
            text = (
                f"{flow.name(x)} got {what} twice (DSACK in {frames(reports.packets)}): the "
                f"{flow.name(1 - x)} sent again what had arrived; {lost}"
            )
            return say(flow, 1 - x, "spurious-retransmission", reports.packets, text)
        if resent is not None and resent.needless.count:
            copies = resent.needless
            text = (
                f"{flow.name(1 - x)} sent again what had arrived ({frames(copies.packets)}): the "
                f"{flow.name(x)}'s ACK had passed here less than a round trip before, and was still on its "
                "way"
            )
            return say(flow, 1 - x, "spurious-retransmission", copies.packets, text)
    return None


def doubled(flow: Case) -> Diagnosis | None:
    """D27, its guard: a DSACK of bytes that the capture holds once: nobody sent them again."""
    for x in (0, 1):
        reports = flow.side(x).received_doubled
        if reports.count:
            text = (
                f"{flow.name(x)} got bytes twice (DSACK in {frames(reports.packets)}), though the "
                f"{flow.name(1 - x)} sent them once: the network doubled them"
            )
            return say(flow, 1 - x, "network-duplicate", reports.packets, text)
    return None


def capture_incomplete(flow: Case) -> Diagnosis | None:
    """D34: something was acknowledged that the capture does not hold, though both directions are in it."""
    missing = [(flow.side(x).unseen, x) for x in (0, 1) if flow.side(x).packets]
    unseen, x = max(missing, default=(0, 0))
    if not unseen or not flow.peer(x).packets:
        return None
    acks = [hole.acked.packet for hole in flow.side(x).holes if hole.acked]
    text = (
        f"the capture is incomplete: the {flow.name(1 - x)} acknowledges {amount(unseen, 'byte')} of the "
        f"{flow.name(x)} that are not in it. States that follow from them are assumed"
    )
    return say(flow, x, "capture-incomplete", acks, text)


def one_sided(flow: Case) -> Diagnosis | None:
    """D34: only one direction is in the capture, and what it acknowledges shows that there was another."""
    for x in (0, 1):
        side, first = flow.side(x), flow.side(x).first
        if flow.peer(x).packets or not flow.peer(x).unseen or first is None or side.last_ack is None:
            continue
        text = (
            f"only the {flow.name(x)}'s direction is in the capture: the {flow.name(1 - x)}'s states are "
            "inferred from what it is answered"
        )
        packets = (first.packet, side.last_ack.packet)
        return say(flow, x, "one-sided", packets, text)
    return None


def captured_twice(flow: Case) -> Diagnosis | None:
    """D35: more than 30 % of the frames are exact copies within 150 ms."""
    copies = flow.side(0).duplicates + (0 if flow.facts.same_socket else flow.side(1).duplicates)
    if copies < DUPLICATE_LEAST or copies <= DUPLICATE_SHARE * (flow.facts.packets - copies):
        return None
    shown = [pair for side in flow.facts.sides if (pair := side.copied) is not None]
    packets = tuple(seen.packet for seen in min(shown))
    text = (
        f"{copies} of {flow.facts.packets} frames are in the capture twice, as {frames(packets)} are (two "
        "interfaces, a bridge, `any`; or the network doubles them): copies are not taken for retransmissions"
    )
    return say(flow, 0, "captured-twice", packets, text)


def clock_set_back(flow: Case) -> Diagnosis | None:
    """D35: a frame is more than 10 ms older than the one before it."""
    if flow.facts.set_back is None:
        return None
    before, seen = flow.facts.set_back
    text = (
        f"the clock went back by {duration(before.time_ns - seen.time_ns)} from {frames([before.packet])} to "
        f"{frames([seen.packet])}: durations over that place are wrong"
    )
    return say(flow, 0, "clock-set-back", (before.packet, seen.packet), text)
