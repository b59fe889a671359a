"""tshark's own marks, to compare ours with."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tcptui.capture.pcapfile import CaptureReader
from tcptui.store.analysis import Mark, marks
from tcptui.store.segments import SegmentStore
from tests.support.packets import read_all

FLAGS = {
    "retransmission": Mark.RETRANSMISSION,
    "fast_retransmission": Mark.FAST_RETRANSMISSION,
    "spurious_retransmission": Mark.SPURIOUS_RETRANSMISSION,
    "out_of_order": Mark.OUT_OF_ORDER,
    "lost_segment": Mark.LOST_BEFORE,
    "ack_lost_segment": Mark.ACKED_UNSEEN,
    "duplicate_ack": Mark.DUP_ACK,
    "zero_window": Mark.ZERO_WINDOW,
    "zero_window_probe": Mark.ZERO_WINDOW_PROBE,
    "zero_window_probe_ack": Mark.ZERO_WINDOW_PROBE_ACK,
    "window_update": Mark.WINDOW_UPDATE,
    "window_full": Mark.WINDOW_FULL,
    "keep_alive": Mark.KEEP_ALIVE,
    "keep_alive_ack": Mark.KEEP_ALIVE_ACK,
    "reused_ports": Mark.REUSED_PORT,
}
"""Its names, tcp.analysis.…, and ours."""

Marked = set[tuple[int, str]]
"""(frame, flag of tcp.analysis)."""


def theirs(path: Path) -> Marked:
    """Read twice, as Wireshark does."""
    fields = [argument for flag in FLAGS for argument in ("-e", f"tcp.analysis.{flag}")]
    command = ["tshark", "-2", "-r", str(path), "-Y", "tcp && !icmp && !icmpv6", "-T", "fields"]
    command += ["-e", "frame.number", *fields]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = (line.split("\t") for line in out.splitlines())
    return {
        (int(frame), flag)
        for frame, *found in rows
        for flag, there in zip(FLAGS, found, strict=True)
        if there
    }


def ours(path: Path) -> Marked:
    """The same by store.analysis."""
    reader = CaptureReader(path)
    store = SegmentStore(reader.packet)
    for batch in read_all(reader):
        store.append(batch)
    found: Marked = set()
    for pair in range(store.pairs.n):
        segments = store.segments(store.pairs.rows(pair))
        for segment, mark in zip(segments, marks(segments), strict=True):
            found |= {(segment.packet, flag) for flag, bit in FLAGS.items() if mark & bit}
    reader.close()
    return found
