"""``-T mermaid``: the ways of both endpoints as a mermaid state diagram, for a README or a wiki page.

One diagram holds all connections, each a composite state with its client's way and its server's way side
by side. Without a connection it is the whole machine, drawn from the rule table.
"""

from __future__ import annotations

from collections.abc import Iterator

from tcptui.model.diagram import edge_label
from tcptui.model.diagram_layouts import JUMP_WORDS, NOT_DRAWN
from tcptui.model.text import clean
from tcptui.session import FlowInfo, Session
from tcptui.tcp.history import History, Transition
from tcptui.tcp.states import State
from tcptui.tcp.table import RULES

HEAD = "stateDiagram-v2"


def lines(session: Session) -> Iterator[str]:
    """The diagram of all connections of a session, line by line."""
    flows = session.flows()
    if not flows:
        yield from machine()
        return
    yield HEAD
    for flow in flows:
        yield from _flow(flow, session.history(flow.number))


def machine() -> Iterator[str]:
    """The whole machine, without what can happen in any state."""
    yield HEAD
    yield f"    [*] --> {State.CLOSED}"
    for edge, rule in RULES.items():
        if edge not in NOT_DRAWN and edge[1] not in NOT_DRAWN:
            yield f"    {edge[0]} --> {rule.new} : {edge_label(edge)}"


def walk(history: History, endpoint: int, prefix: str) -> Iterator[str]:
    """One endpoint's way as it stands at the end: its states, named `prefix` and a number, and its steps."""
    steps = [step for step in history.standing() if step.endpoint == endpoint]
    states = [history.start[endpoint], *(step.new for step in steps)]
    for number, state in enumerate(states):
        yield f'state "{state}" as {prefix}{number}'
    yield f"[*] --> {prefix}0"
    for number, step in enumerate(steps):
        yield f"{prefix}{number} --> {prefix}{number + 1} : {_label(step)}"


def _flow(flow: FlowInfo, history: History) -> Iterator[str]:
    client, server = flow.client, 1 - flow.client
    ends = clean(f"{flow.client_address} to {flow.server_address}")
    yield f'    state "{flow.number}. {ends}" as f{flow.number} {{'
    for endpoint, letter in ((client, "c"), (server, "s")):
        if letter == "s":
            yield "        --"
        for line in walk(history, endpoint, f"f{flow.number}{letter}"):
            yield f"        {line}"
    yield "    }"


def _label(step: Transition) -> str:
    """What mermaid writes beside an arrow; it must have neither colon nor semicolon."""
    edge = (step.old, step.event)
    name = edge_label(edge) if edge in RULES and RULES[edge].label else ""
    name = name or JUMP_WORDS.get(step.event) or str(step.event)
    where = "timer" if step.packet is None else f"packet {step.packet}"
    return f"{name.replace(':', ',').replace(';', ',')} ({where})"
