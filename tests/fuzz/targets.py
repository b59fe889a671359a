"""What is fuzzed: functions of bytes that raise when something is wrong, and return when nothing is.

Whatever the bytes: no exception, no state outside the 11, each path a chain through the rule table, no
control character on the screen.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from tcptui.capture.pcapfile import CaptureReader
from tcptui.errors import TcptuiError
from tcptui.model import tcpdump
from tcptui.model.explain import explain, explain_at_length
from tcptui.model.ladder import Ladder
from tcptui.model.query import parse
from tcptui.report.jsonlines import record_of
from tcptui.report.ladder import text_of
from tcptui.report.zeek import ConnLog
from tcptui.session import Session
from tcptui.store.analysis import marks
from tcptui.store.rest import rest
from tcptui.tcp.connection import Connection
from tcptui.tcp.diagnosis import diagnose, facts, owes, verdict
from tcptui.tcp.history import History, Moment
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import State
from tcptui.tcp.table import RULES
from tcptui.tcp.timers import LINUX, SECOND

START = 1_700_000_000 * SECOND
ENDS = ("10.0.0.1:40000", "10.0.0.2:80")
TCPDUMPS_ENDS = (("10.0.0.1", 40000), ("10.0.0.2", 80))
LATER = Moment(1 << 40, 1 << 62)
_FLAGS = (0x02, 0x12, 0x10, 0x18, 0x11, 0x19, 0x04, 0x14, 0x01, 0x00, 0x03, 0x1FF, 0xC2, 0x52, 0x30, 0x29)
_WAITS = (
    0,
    1_000,
    1_000_000,
    41_000_000,
    200_000_000,
    SECOND,
    3 * SECOND,
    61 * SECOND,
    200 * SECOND,
    -SECOND,
)
_LENGTHS = (0, 0, 0, 1, 2, 8, 100, 1448, 65_495)
_OPTIONS = (
    b"",
    b"\x02\x04\x05\xb4\x04\x02\x08\x0a" + bytes(8) + b"\x01\x03\x03\x07",
    b"\x01\x01\x08\x0a\x00\x00\x00\x07\x00\x00\x00\x05",
    b"\x01\x01\x05\x0a\x00\x00\x00\x01\x00\x00\x00\x09",
    b"\x08\xff\x00",
)


def segments_of(data: bytes) -> list[Segment]:
    """Eight bytes a segment, with numbers near those of the conversation, or anywhere."""
    bases, time_ns, found = ((1 << 32) - 5, 1000), START, []
    for at in range(0, min(len(data), 8 * 200) - 7, 8):
        flags, who, own, peer, length, wait, options, ttl = data[at : at + 8]
        sender = who & 1
        time_ns += _WAITS[wait % len(_WAITS)]
        far = (1 << 20) * (who >> 4) if who & 2 else 0
        found.append(
            Segment(
                len(found) + 1,
                time_ns,
                sender,
                (bases[sender] + own - 8 + far) % (1 << 32),
                (bases[1 - sender] + peer - 8) % (1 << 32),
                _FLAGS[flags % len(_FLAGS)],
                0 if who & 4 else 512,
                _LENGTHS[length % len(_LENGTHS)],
                _OPTIONS[options % len(_OPTIONS)],
                None if who & 8 else len(found) % 65536 if options & 0x80 else 0,
                ttl,
            )
        )
    return found


def engine(data: bytes) -> None:
    """Segment sequences through the engine and all that is said of them."""
    segments = segments_of(data[1:])
    if not segments:
        return
    connection = Connection(same_socket=bool(data[0] & 1))
    if data[0] & 1:
        segments = [s for s in segments if s.sender == 0] or segments[:0]
    for segment in segments:
        connection.feed(segment)
        assert all(isinstance(state, State) for state in connection.states)
    if not segments:
        return
    if data[0] & 2:
        connection.advance(segments[-1].time_ns + 500 * SECOND)
    histories = connection.histories()
    assert tuple(one.state for one in histories[-1].at(LATER)) == connection.states
    for number, history in enumerate(histories):
        end = histories[number + 1].first_packet if number + 1 < len(histories) else 1 << 40
        life = [s for s in segments if history.first_packet <= s.packet < end]
        check_chain(history)
        if life:
            check_words(history, life)


def check_chain(history: History) -> None:
    """Each endpoint's transitions follow one another, and each is a rule of the table."""
    for endpoint in (0, 1):
        path = [step for step in history.standing() if step.endpoint == endpoint]
        for step in path:
            assert RULES[step.old, step.event].new is step.new, step
        for before, after in pairwise(path):
            idle = {before.new, after.old} <= {State.CLOSED, State.LISTEN}
            assert before.new is after.old or idle, (before, after)
            assert before.time_ns <= after.time_ns


def check_words(history: History, segments: Sequence[Segment]) -> None:
    """Verdict, debts, diagnoses, explanations and the ladder, now and half-way."""
    for count in {len(segments), (len(segments) + 1) // 2}:
        now = Moment(segments[count - 1].packet, max(s.time_ns for s in segments[:count]))
        found = facts(segments[:count])
        said = [verdict(history, found, now), owes(history, found, now)]
        for one in diagnose(history, found, now, LINUX):
            assert set(one.packets) <= {s.packet for s in segments[:count]}, one
            said.append(one.text)
        said.append(text_of(explain(history, segments[count - 1], now, owes=said[1])))
        said += [text_of(row) for row in explain_at_length(history, segments[count - 1], now, owes=said[1])]
        check_text(said)
    ladder = Ladder(segments, marks(segments), history, ENDS)
    for width in (44, 100):
        rows = [*ladder.header(width), *(ladder.render(i, width, LATER) for i in range(len(ladder)))]
        assert all(sum(len(cell.text) for cell in row) <= width for row in rows)
        check_text(text_of(row) for row in rows)
    check_text(tcpdump.lines(segments, TCPDUMPS_ENDS))


def check_text(lines: Iterator[str] | list[str]) -> None:
    """Nothing that a terminal obeys."""
    for line in lines:
        assert line.isprintable(), line


def capture(data: bytes) -> None:
    """Bytes as a capture file, whole, or growing in two parts: reader, decoder, flows, JSON."""
    for parts in ((data,), (data[: len(data) // 2], data[len(data) // 2 :])):
        with tempfile.TemporaryDirectory(dir=_memory()) as folder:
            _read(Path(folder) / "capture", parts)


def _read(path: Path, parts: tuple[bytes, ...]) -> None:
    path.write_bytes(b"")
    try:
        if len(parts) == 1:
            path.write_bytes(parts[0])
        reader = CaptureReader(path, growing=len(parts) > 1)
    except TcptuiError as error:
        check_text([str(error)])
        return
    try:
        session = Session(reader)
        for number, part in enumerate(parts):
            if len(parts) > 1:
                with path.open("ab") as file:
                    file.write(part)
            if number + 1 == len(parts) > 1:
                reader.finish()
            while (batch := reader.read(64)) is not None:
                session.ingest.take(batch)
        assert reader.done or len(parts) > 1
        session.ingest.survey()
        _tell(session)
    except TcptuiError as error:
        check_text([str(error)])
    finally:
        reader.close()


def _tell(session: Session) -> None:
    flows = session.flows()[:20]
    log = ConnLog(session, {flow.pair for flow in flows})
    for flow in flows:
        history = session.history(flow.number)
        check_chain(history)
        record = record_of(flow, history, session.diagnoses(flow.number), log.of(flow))
        json.dump(record, io.StringIO())
        rows = session.rows(flow.number)
        headers = rest(session.store, rows)
        check_text(tcpdump.lines(session.store.segments(rows), TCPDUMPS_ENDS, headers=headers))
        check_text([session.verdict(flow.number), session.owes(flow.number)])
    check_text([one.diagnosis.text for one in session.snapshot().findings])


def _memory() -> str | None:
    """A file system in memory, where there is one."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def query(data: bytes) -> None:
    """What somebody types as a display filter."""
    found = parse(data.decode("utf-8", "surrogateescape"))
    assert found is not None


TARGETS: dict[str, Callable[[bytes], None]] = {"engine": engine, "capture": capture, "query": query}
