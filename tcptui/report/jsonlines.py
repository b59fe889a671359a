"""``-T json``: a connection a line, in order of first packet. A contract: other programs read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tcptui.session import FlowInfo, Session
from tcptui.tcp.diagnosis import Diagnosis
from tcptui.tcp.history import Correction, History, Transition


def lines(session: Session) -> Iterator[str]:
    """A JSON object for each flow, then one for each finding about a host.

    Text from outside is escaped to ASCII, so no control byte can get out.
    """
    for flow in session.flows():
        record = record_of(flow, session.history(flow.number), session.diagnoses(flow.number))
        yield json.dumps(record, separators=(",", ":"))
    for finding in session.snapshot().findings:
        yield json.dumps(
            {"host": finding.host, "diagnoses": [_diagnosis(finding.diagnosis)]}, separators=(",", ":")
        )


def record_of(flow: FlowInfo, history: History, diagnoses: tuple[Diagnosis, ...]) -> dict[str, Any]:
    """One flow as JSON's types; times in ns since the epoch, packets counted from 1."""
    side = ("client", "server") if flow.client == 0 else ("server", "client")
    return {
        "flow": flow.number,
        "client": {"ip": flow.client_address.ip, "port": flow.client_address.port},
        "server": {"ip": flow.server_address.ip, "port": flow.server_address.port},
        "roles": flow.roles.value,
        "start_ns": flow.start_ns,
        "end_ns": flow.end_ns,
        "packets": _by_role(flow, flow.packets),
        "payload": _by_role(flow, flow.payload),
        "state": _by_role(flow, tuple(str(state) for state in flow.states)),
        "transitions": [_transition(t, side) for t in history.standing()],
        "corrections": [_correction(c, side) for c in history.corrections],
        "diagnoses": [_diagnosis(diagnosis) for diagnosis in diagnoses],
    }


def _diagnosis(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "id": diagnosis.id,
        "severity": diagnosis.severity.value,
        "packets": list(diagnosis.packets),
        "text": diagnosis.text,
    }


def _by_role(flow: FlowInfo, values: tuple[Any, ...]) -> dict[str, Any]:
    return {"client": values[flow.client], "server": values[1 - flow.client]}


def _transition(transition: Transition, side: tuple[str, str]) -> dict[str, Any]:
    told = {
        "packet": transition.packet,
        "time_ns": transition.time_ns,
        "endpoint": side[transition.endpoint],
        "from": str(transition.old),
        "to": str(transition.new),
        "event": str(transition.event),
        "evidence": str(transition.evidence),
    }
    return told | {"note": transition.note} if transition.note else told


def _correction(correction: Correction, side: tuple[str, str]) -> dict[str, Any]:
    return {
        "packet": correction.packet,
        "endpoint": side[correction.endpoint],
        "withdrawn": [str(state) for state in correction.withdrawn],
        "reason": correction.reason,
    }
