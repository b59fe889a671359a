"""Live capture: a web-like capture is replayed over a wire to which tcptui listens on a terminal."""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench, found, tcptui
from benchmarks.captures import Capture
from benchmarks.keys import Pressed, press_moving
from benchmarks.results import Goal, Section, at_least, at_most
from benchmarks.terminal import Picture, Terminal, updates
from benchmarks.wire import FAR, Sent, Wire, sent

SECONDS = 10
PACKETS = 8_000_000
"""In the capture: more than can be sent in that time, so that no flow is sent twice."""

PRESSING = 30
"""Seconds for which there are packets while keys are pressed."""

FAST = 450_000
"""Packets a second: tcpreplay's full speed where it is half as fast as on some machines."""

RATES = (10_000, 100_000)
MOST_BYTES = {10_000: 20_000}
"""To the terminal, a second."""

LEAST_RATE = 200
"""However small all is."""

KEYS_P99 = {100_000: 80}
BACKLOG, UPDATES = 3.0, 5.0


@dataclass(frozen=True, slots=True)
class Listened:
    """What came of a replay.

    received: by the kernel at the listening end. counted, dropped: what tcptui shows when it has come
    to rest. updates, octets: to the terminal, a second, while packets came. backlog: seconds from the last
    packet until all were counted, None: never. cpu: tcptui's share of a processor, both its processes, until
    tcpreplay had ended.
    """

    sent: Sent
    received: int
    counted: int
    dropped: int
    updates: float
    octets: float
    backlog: float | None
    cpu: float


def measure(bench: Bench) -> Section:
    """At full speed, and at FAST, then tcpdump at full speed, then at given rates, with keys."""
    section = Section(
        "Live: a veth pair, tcpreplay",
        (
            "listener",
            "sent/s",
            "sent",
            "received",
            "counted",
            "dropped",
            "updates/s",
            "bytes/s",
            "backlog s",
            "CPU",
        ),
    )
    missing = [name for name in ("tcpreplay", "ip") if not found(name)]
    if os.geteuid() != 0 or missing:
        reason = f"{' and '.join(missing)} not installed" if missing else "root is needed"
        section.notes.append(f"Not measured: {reason}.")
        section.goals.append(Goal("live figures", "0 lost", reason, None))
        return section
    seconds = SECONDS if bench.scale == 1 else 1
    capture = bench.capture("web", PACKETS)
    full = listen(capture, seconds, None, bench.limit)
    section.rows.append(_row("tcptui, full speed", full))
    section.goals += _when_fast("full speed", full)
    fast = bench.scaled(FAST, LEAST_RATE)
    paced = listen(capture, seconds, fast, bench.limit)
    section.rows.append(_row(f"tcptui, {fast:,} packets/s", paced))
    section.goals += _when_fast(f"{fast:,} packets/s", paced)
    section.rows.append(_tcpdump(capture, seconds, bench.limit))
    for rate in RATES:
        scaled = bench.scaled(rate, LEAST_RATE)
        capture = bench.capture("web", rate * PRESSING, LEAST_RATE * PRESSING)
        at_rate = listen(capture, seconds, scaled, bench.limit)
        name = f"tcptui, {scaled:,} packets/s"
        section.rows.append(_row(name, at_rate))
        section.goals.append(_lost(f"live, {scaled:,} packets/s: lost", at_rate))
        if rate in MOST_BYTES:
            what = f"live, {scaled:,} packets/s: bytes a second to the terminal"
            section.goals.append(at_most(what, at_rate.octets, MOST_BYTES[rate], " B", 0))
        pressed = press_while(capture, scaled, bench.keys, bench.limit)
        if not pressed.answers:
            section.notes.append(f"{name}: the packets had ended before a key could be pressed.")
            continue
        section.notes.append(f"{name}: " + ", ".join(_words(pressed)) + ".")
        if rate in KEYS_P99:
            what = f"live, {scaled:,} packets/s: keys, p99"
            section.goals.append(at_most(what, pressed.p99_ms, KEYS_P99[rate], " ms", 1))
    return section


def listen(capture: Capture, seconds: int, rate: int | None, limit: float) -> Listened:
    """Replay for so long while tcptui listens, and wait until it has counted everything."""
    with Wire() as wire, wire.terminal(tcptui("-i", FAR)) as terminal:
        _be_live(terminal)
        before = wire.received()
        replay = wire.replay(capture.path, rate)
        known, began, used = len(terminal.chunks), time.perf_counter(), _cpu(terminal.pid)
        said = sent(replay, seconds)
        share = (_cpu(terminal.pid) - used) / (time.perf_counter() - began)
        ended = began + said.seconds  # then tcpreplay takes seconds to give its memory back
        received = wire.received() - before
        try:
            backlog = (
                terminal.started + terminal.shows(lambda picture: counted(picture) >= received, limit) - ended
            )
        except TimeoutError:
            backlog = None
        picture = terminal.picture()
        chunks = [chunk for chunk in terminal.chunks[known:] if chunk.at <= ended]
    octets = sum(len(chunk.data) for chunk in chunks)
    return Listened(
        said,
        received,
        counted(picture),
        dropped(picture),
        updates(chunks) / said.seconds,
        octets / said.seconds,
        None if backlog is None else max(0.0, backlog),
        share,
    )


def press_while(capture: Capture, rate: int, number: int, limit: float) -> Pressed:
    """Keys in the list of flows while packets come."""
    with Wire() as wire, wire.terminal(tcptui("-i", FAR)) as terminal:
        _be_live(terminal)
        replay = wire.replay(capture.path, rate)
        try:
            terminal.shows(lambda picture: "198.18." in "".join(picture), limit)
            time.sleep(1)
            return press_moving(terminal, number, lambda picture: replay.poll() is None)
        finally:
            replay.kill()
            replay.communicate()


def counted(picture: Picture) -> int:
    """The packets that the status bar tells."""
    return _number(picture, r"([\d,]+) packets?\b")


def dropped(picture: Picture) -> int:
    """Those that it tells were dropped."""
    return _number(picture, r"([\d,]+) dropped")


def _number(picture: Picture, pattern: str) -> int:
    match = re.search(pattern, picture[0])
    return int(match[1].replace(",", "")) if match else 0


def _be_live(terminal: Terminal) -> None:
    terminal.shows("● live")
    terminal.settle(0.5)


def _cpu(pid: int) -> float:
    """Seconds of a processor that a process and its children have used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    children: list[str] = []
    with suppress(FileNotFoundError):  # not every kernel tells
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return own + sum(_cpu(int(child)) for child in children)


def _lost(what: str, found: Listened) -> Goal:
    """What came out of the wire and was not counted; the wire itself loses when its queue is full."""
    lost, wire = found.received - found.counted, max(0, found.sent.packets - found.received)
    reached = f"{lost:,} of {found.received:,}"
    if found.backlog is None:
        reached = f"{found.dropped:,} dropped, {reached} not counted yet when it was given up"
    if wire:
        reached += f" ({wire:,} more lost by the wire itself)"
    return Goal(what, "0", reached, lost == 0 and found.dropped == 0)


def _when_fast(speed: str, found: Listened) -> list[Goal]:
    backlog = Goal(f"live, {speed}: backlog gone", f"≤ {BACKLOG:g} s", "never", False)
    if found.backlog is not None:
        backlog = at_most(backlog.what, found.backlog, BACKLOG, " s")
    return [
        _lost(f"live, {speed}: lost", found),
        at_least(f"live, {speed}: screen updates a second", found.updates, UPDATES, digits=1),
        backlog,
    ]


def _row(name: str, found: Listened) -> tuple[str, ...]:
    return (
        name,
        f"{found.sent.packets / found.sent.seconds:,.0f}",
        f"{found.sent.packets:,}",
        f"{found.received:,}",
        f"{found.counted:,}",
        f"{found.dropped:,}",
        f"{found.updates:.1f}",
        f"{found.octets:,.0f}",
        "never" if found.backlog is None else f"{found.backlog:.1f}",
        f"{found.cpu:.0%}",
    )


def _tcpdump(capture: Capture, seconds: int, limit: float) -> tuple[str, ...]:
    """tcpdump -w in the same way."""
    if not found("tcpdump"):
        return ("tcpdump -w (not installed)", *["–"] * 9)
    folder = tempfile.mkdtemp(prefix="tcptui-benchmark-")
    try:
        with Wire() as wire:
            dump = wire.start(["tcpdump", "-n", "-Z", "root", "-i", FAR, "-w", f"{folder}/dump.pcap"])
            time.sleep(1)
            used, before = _cpu(dump.pid), wire.received()
            said = sent(wire.replay(capture.path, None), seconds)
            received, used = wire.received() - before, _cpu(dump.pid) - used
            time.sleep(2)  # it has what came last only when its buffer's time is over
            dump.send_signal(signal.SIGINT)
            out, _ = dump.communicate(timeout=limit)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    written = re.search(r"(\d+) packets captured", out)
    lost = re.search(r"(\d+) packets dropped by kernel", out)
    return (
        "tcpdump -w, full speed",
        f"{said.packets / said.seconds:,.0f}",
        f"{said.packets:,}",
        f"{received:,}",
        f"{int(written[1]) if written else 0:,}",
        f"{int(lost[1]) if lost else 0:,}",
        "–",
        "–",
        "–",
        f"{used / said.seconds:.0%}",
    )


def _words(pressed: Pressed) -> list[str]:
    _, number, median, p99, _ = pressed.row()
    return [f"{number} keys (change of flow)", f"median {median} ms", f"99 of 100 within {p99} ms"]
