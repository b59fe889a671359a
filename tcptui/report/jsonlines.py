"""``-T json``: a connection a line, in order of first packet. A contract: other programs read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tcptui.report.zeek import by_flow, summary
from tcptui.session import FlowInfo, Session
from tcptui.tcp.diagnosis import Diagnosis
from tcptui.tcp.history import Correction, History, Transition
from tcptui.zeek.log import Entry


def lines(session: Session) -> Iterator[str]:
    """A JSON object for each flow, then one for each finding about a host.

    Text from outside is escaped to ASCII, so no control byte can get out.
    """
    yield from by_flow(session, lambda flow, entries: _line(session, flow, entries))
    for finding in session.snapshot().findings:
        yield json.dumps(
            {"host": finding.host, "diagnoses": [_diagnosis(finding.diagnosis)]}, separators=(",", ":")
        )


def _line(session: Session, flow: FlowInfo, zeek: list[Entry]) -> str:
    history, diagnoses = session.history(flow.number), session.diagnoses(flow.number)
    return json.dumps(record_of(flow, history, diagnoses, zeek), separators=(",", ":"))


def record_of(
    flow: FlowInfo, history: History, diagnoses: tuple[Diagnosis, ...], zeek: list[Entry]
) -> dict[str, Any]:
    """One flow as JSON's types; times in ns since the epoch, packets counted from 1.

    zeek: the flow's connections as Zeek counts them; conn_state and history sum them up.
    """
    conn_state, letters = summary(zeek)
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
        "conn_state": conn_state,
        "history": letters,
        "zeek": [_connection(entry, side) for entry in zeek],
    }


def _connection(entry: Entry, side: tuple[str, str]) -> dict[str, Any]:
    return {
        "orig": side[entry.orig],
        "first_packet": entry.packets[0],
        "last_packet": entry.packets[1],
        "duration_ns": entry.duration_ns,
        "conn_state": entry.conn_state,
        "history": entry.history,
        "orig_pkts": entry.orig_pkts,
        "resp_pkts": entry.resp_pkts,
        "orig_bytes": entry.orig_bytes,
        "resp_bytes": entry.resp_bytes,
        "missed_bytes": entry.missed_bytes,
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
