"""``-T transitions``: a state change a line, like bcc's tcpstates.

From a file: what stands at the end, in order of time. From a live source or a pipe: as it happens,
with a line for every correction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from tcptui.dataclass import dataclass
from tcptui.model.text import clean
from tcptui.model.times import TimeFormat, stamp
from tcptui.report.shares import of_flows
from tcptui.session import FlowInfo, Session
from tcptui.store.flows import Address
from tcptui.tcp.history import Correction, History, Transition
from tcptui.tcp.why import happened

HEAD = (
    f"{'TIME':>15} {'FLOW':>5} {'END':6} {'LADDR':21} {'RADDR':21} "
    f"{'OLDSTATE':11}    {'NEWSTATE':11} {'MS':>10} {'PACKET':>7} EVIDENCE EVENT"
)


Ends = tuple[Address, Address]


class TransitionLines:
    """Turns transitions into lines; knows when each endpoint last moved, and when the capture began."""

    def __init__(self, time_format: TimeFormat) -> None:
        self._format = time_format
        self._first: int | None = None
        self._before = 0
        self._since: dict[tuple[Ends, int], int] = {}

    def transition(self, flow: FlowInfo, step: Transition) -> str:
        """One line; MS is the time the endpoint spent in the old state, in milliseconds."""
        key = (flow.ends, step.endpoint)  # through all lives of the 4-tuple
        spent = (step.time_ns - self._since.get(key, step.time_ns)) / 1e6
        self._since[key] = step.time_ns
        packet = "timer" if step.packet is None else f"#{step.packet}"
        note = f"; {step.note}" if step.note else ""
        return (
            f"{self._prefix(flow, step.endpoint, step.time_ns)} {step.old!s:11} -> {step.new!s:11} "
            f"{spent:10.3f} {packet:>7} {step.evidence!s:8} {happened(step.old, step.event)}{note}"
        )

    def forget(self, but: set[Ends]) -> None:
        """Nothing more will be told of others than these."""
        self._since = {key: since for key, since in self._since.items() if key[0] in but}

    def correction(self, flow: FlowInfo, correction: Correction) -> str:
        """One line for an assumption taken back."""
        states = ",".join(str(state) for state in correction.withdrawn)
        prefix = self._prefix(flow, correction.endpoint, correction.time_ns)
        return f"{prefix} not {states}: {clean(correction.reason)}"

    def _prefix(self, flow: FlowInfo, endpoint: int, time_ns: int) -> str:
        if self._first is None:
            self._first = self._before = time_ns
        when = stamp(time_ns, self._format, first_ns=self._first, previous_ns=self._before)
        self._before = time_ns
        role = "client" if endpoint == flow.client else "server"
        here, there = (clean(str(flow.ends[end])) for end in (endpoint, 1 - endpoint))
        return f"{when:>15} {flow.number:5} {role:6} {here:21} {there:21}"


def lines(session: Session, time_format: TimeFormat) -> Iterator[str]:
    """All that stands at the end, all flows together, in order of time."""

    def standing(flows: list[FlowInfo]) -> Iterator[tuple[Transition, FlowInfo]]:
        return ((step, flow) for flow in flows for step in session.history(flow.number).standing())

    steps = list(of_flows(session, standing))
    steps.sort(key=lambda pair: pair[0].time_ns)
    printer = TransitionLines(time_format)
    yield HEAD
    for step, flow in steps:
        yield printer.transition(flow, step)


@dataclass(frozen=True, slots=True)
class _Told:
    """What has been printed of one flow."""

    ends: Ends
    steps: set[object] = field(default_factory=set)


def follow(session: Session, time_format: TimeFormat) -> Iterator[str]:
    """As it happens, until the session has ended; blocks between lines."""
    printer = TransitionLines(time_format)
    told: dict[int, _Told] = {}
    yield HEAD
    version, gone = -1, 0
    while True:
        snapshot = session.wait(0.5, version)
        version = snapshot.version
        for number in session.take_changed():
            try:
                flow, history = session.flow(number), session.history(number)
            except IndexError:  # there was no room for it any more
                continue
            yield from _news(flow, history, printer, told.setdefault(number, _Told(flow.ends)).steps)
        if snapshot.gone.flows != gone:
            gone = snapshot.gone.flows
            told = {number: told[number] for number in session.numbers().tolist() if number in told}
            printer.forget(but={one.ends for one in told.values()})
        if not snapshot.running:
            return


def _news(flow: FlowInfo, history: History, printer: TransitionLines, told: set[object]) -> Iterator[str]:
    """What of a flow's log has not been printed, in the order in which it was believed."""
    fresh: list[tuple[int, int, Transition | Correction]] = []
    for step in history.log:
        fresh.append((step.time_ns if step.packet is None else step.shown, 1, step))
    for correction in history.corrections:
        fresh.append((correction.packet, 0, correction))
    for _, _, item in sorted(fresh, key=lambda entry: entry[:2]):
        key = _identity(item)
        if key in told:
            continue
        told.add(key)
        if isinstance(item, Correction):
            yield printer.correction(flow, item)
        else:
            yield printer.transition(flow, item)


def _identity(item: Transition | Correction) -> object:
    """What stays the same when a step is proven or withdrawn later."""
    if isinstance(item, Correction):
        return item
    return (item.endpoint, item.packet, item.time_ns, item.old, item.new, item.shown)
