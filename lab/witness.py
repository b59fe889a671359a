"""Watches a lab: taps at four places, the kernel's trace, and sock_diag around each delivered frame."""

from __future__ import annotations

import gzip
import io
import json
import secrets
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.closing import Closing
from lab.frame import Frame, Side, parse
from lab.lab import Lab
from lab.net import Host
from lab.pcap import PcapWriter
from lab.sockdiag import SockDiag
from lab.tap import Stamped, Tap
from lab.tracing import Tracer
from lab.truth import Ends, Life, Sample, lives

_POLL = 0.05
_IP = (b"\x08\x00", b"\x86\xdd")


class Witness(Closing):
    """What happens in `lab` from now on, for `write()`.

    A and B: taps on the hosts (A's at `place_a`: lo, when it talks to itself). MA and MB: on the wire,
    next to A and to B. sock_diag is asked just before and just after each delivery, what the frame's
    receiver has for it; and now and then for all that was ever asked about, as timers make no sound.

    Limits: sockets of A and B that are bound before they connect; one lab's addresses are no other's.
    """

    def __init__(self, lab: Lab, tracer: Tracer, place_a: str = "eth0") -> None:
        self._tracer = tracer
        self._wire = lab.wire
        self._begin_ns = time.time_ns()
        self._hosts: dict[Side, Host] = {Side.A: lab.a, Side.B: lab.b}
        self._taps = {
            "A": Tap(lab.a.namespace, place_a),
            "B": Tap(lab.b.namespace, "eth0"),
            "MA": Tap(lab.middle, Lab.PORTS[Side.A]),
            "MB": Tap(lab.middle, Lab.PORTS[Side.B]),
        }
        self._diags = {side: SockDiag(host.namespace) for side, host in self._hosts.items()}
        self._samples: dict[tuple[Side, Ends], list[Sample]] = defaultdict(list)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._poller = threading.Thread(target=self._poll, name="witness", daemon=True)
        self._poller.start()
        lab.wire.watch(self._ask_about, self._ask_about)

    def write(self, name: str, out: Path, network: Mapping[str, object] | None = None) -> Path:
        """Leave what happened until now in `out`: NAME.truth.json (returned), NAME.PLACE.pcap.gz."""
        self._sweep()
        end_ns = time.time_ns()
        for tap in self._taps.values():
            tap.read()
        found = self._lives(end_ns)
        pcaps = {place: f"{name}.{place}.pcap.gz" for place in self._taps}
        for place, tap in self._taps.items():
            _write_pcap(out / pcaps[place], [one for one in tap.frames if one[0] <= end_ns])
        steps = sorted(
            ((side, step) for side, life in found for step in life.transitions),
            key=lambda pair: pair[1].time_ns,
        )
        truth = {
            "scenario": name,
            "clock": "CLOCK_REALTIME ns, of the trace and of the captures",
            "pcaps": pcaps,
            "transitions": [
                {
                    "t_ns": step.time_ns,
                    "host": side.value,
                    "endpoint": _text(step.ends[0]),
                    "peer": _text(step.ends[1]),
                    "old": step.old,
                    "new": step.new,
                    "source": step.source,
                }
                for side, step in steps
            ],
            "unsure": sorted(
                f"{_text(life.ends[0])}>{_text(life.ends[1])}" for _, life in found if life.unsure
            ),
            "unsure_why": {
                f"{_text(life.ends[0])}>{_text(life.ends[1])}": life.unsure
                for _, life in found
                if life.unsure
            },
            "lost": {"events": self._tracer.lost(), "frames": sum(tap.lost for tap in self._taps.values())},
            "hosts": {side.value: [host.address, host.address6] for side, host in self._hosts.items()},
            "network": network,
            "end_ns": end_ns,
        }
        path = out / f"{name}.truth.json"
        path.write_text(json.dumps(truth, indent=1))
        return path

    def close(self) -> None:
        """Stop watching."""
        self._wire.watch(_blind, _blind)
        self._stopping.set()
        self._poller.join()
        for tap in self._taps.values():
            tap.close()
        for diag in self._diags.values():
            diag.close()

    def _ask_about(self, frame: Frame) -> None:
        if frame.flags:
            own, peer = (frame.destination, frame.destination_port), (frame.source, frame.source_port)
            self._ask(frame.sender.other, (own, peer))

    def _ask(self, side: Side, ends: Ends) -> None:
        asked = time.time_ns()
        found = self._diags[side].ask(*ends)
        sample = Sample(asked, time.time_ns(), found)
        with self._lock:
            self._samples[side, ends].append(sample)

    def _poll(self) -> None:
        while not self._stopping.wait(_POLL):
            self._sweep()
            for tap in self._taps.values():
                tap.read()

    def _sweep(self) -> None:
        with self._lock:
            known = list(self._samples)
        for side, ends in known:
            self._ask(side, ends)

    def _lives(self, end_ns: int) -> list[tuple[Side, Life]]:
        addresses = {one for host in self._hosts.values() for one in (host.address, host.address6)}
        events = [one for one in self._tracer.about(addresses) if self._begin_ns <= one.time_ns <= end_ns]
        with self._lock:
            known = [(whose, list(asked)) for whose, asked in self._samples.items()]
        found = []
        for side, host in self._hosts.items():
            here = (host.address, host.address6)
            own = [one for one in events if one.own and one.own[0] in here]
            samples = {
                ends: [one for one in asked if one.answered_ns <= end_ns]
                for (where, ends), asked in known
                if where is side
            }
            calls = _syns(self._taps[side.value].frames, here)
            found += [(side, life) for life in lives(own, samples, calls)]
        return found


def _blind(frame: Frame) -> None:
    """Nobody watches any more."""


def _syns(frames: Sequence[Stamped], addresses: tuple[str, ...]) -> dict[Ends, list[int]]:
    """When each endpoint of these addresses sent a SYN."""
    found: dict[Ends, list[int]] = defaultdict(list)
    for when, data in frames:
        one = parse(data, Side.A)
        if one.flags.startswith("S") and one.source in addresses:
            found[(one.source, one.source_port), (one.destination, one.destination_port)].append(when)
    return found


def _text(end: tuple[str, int]) -> str:
    return f"{end[0]}:{end[1]}"


def _write_pcap(path: Path, frames: Sequence[Stamped]) -> None:
    whole = io.BytesIO()
    writer = PcapWriter(whole)
    for when, data in frames:
        if data[12:14] in _IP:
            writer.write(when, data)
    path.write_bytes(gzip.compress(whole.getvalue(), mtime=0))


def claim_net(first: int = 101, last: int = 219) -> tuple[str, socket.socket]:
    """Three bytes of an address that no other lab of this machine has, as long as the socket is open.

    Taken by chance, not in turn: sockets of the lab that had them last may still be dying.
    """
    count = (last - first + 1) * 254
    start = secrets.randbelow(count)
    for number in (*range(start, count), *range(start)):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0tcptui-lab-{number}")
        except OSError:
            claim.close()
            continue
        return f"10.{first + number // 254}.{1 + number % 254}", claim
    raise OSError("too many labs on this machine")
