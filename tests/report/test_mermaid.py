"""Mermaid's text."""

from __future__ import annotations

import re

from tcptui.report.mermaid import HEAD, lines, machine
from tcptui.tcp.states import State
from tests.support.sessions import read

ARROW = re.compile(r"^\s+(\[\*\]|\w+) --> (\w+)(?: : ([^:;]+))?$")
NAME = re.compile(r'^\s+state "([^"]+)" as (\w+)( \{)?$')


def test_both_ways_of_a_connection_side_by_side() -> None:
    text = list(lines(read(demo="handshake")))
    assert text[0] == HEAD
    assert '    state "1. 192.0.2.10:40001 to 192.0.2.20:9502" as f1 {' in text
    split = text.index("        --")
    client, server = "\n".join(text[:split]), "\n".join(text[split:])
    assert "f1c0 --> f1c1 : connect() / SYN (packet 1)" in client
    assert 'state "TIME_WAIT" as f1c5' in client
    assert "f1s0 --> f1s1 : SYN / SYN,ACK (packet 2)" in server
    assert 'state "LAST_ACK" as f1s4' in server


def test_every_line_is_of_a_form_that_mermaid_reads_and_names_are_unique() -> None:
    for demo in ("handshake", "refused", "abort", "mid-stream", "simultaneous-open", "time-wait-reuse"):
        names: list[str] = []
        for line in list(lines(read(demo=demo)))[1:]:
            named, arrow = NAME.match(line), ARROW.match(line)
            assert named or arrow or line.strip() in ("--", "}"), line
            if named:
                names.append(named[2])
            if arrow:
                assert arrow[1] == "[*]" or arrow[1] in names
                assert arrow[2] in names
        assert len(names) == len(set(names))


def test_the_whole_machine() -> None:
    text = list(machine())
    arrows = [match for match in map(ARROW.match, text[1:]) if match]
    assert len(arrows) == len(text) - 1
    assert {state for arrow in arrows for state in (arrow[1], arrow[2])} == {"[*]", *map(str, State)}
    assert "    FIN_WAIT_1 --> CLOSING : FIN / ACK" in text
