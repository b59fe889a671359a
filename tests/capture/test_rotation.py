"""A spool that stays within its bound while more passes through it."""

from __future__ import annotations

import gzip
import os
import threading
from pathlib import Path

import pytest

from tcptui.capture import holes
from tcptui.capture.pcapfile import CaptureReader
from tcptui.capture.pipe import PipeFeed
from tcptui.capture.rotation import STEPS, Rotation
from tcptui.capture.spool import HEAD
from tests.support.feeds import running, until
from tests.support.packets import enhanced, frame, interface, pcap, section

LIMIT = 4 << 20
SLACK = 1 << 18
"""What a pipe hands over at once: by so much a spool may be over its bound."""


def capture(kind: str, count: int) -> bytes:
    frames = [frame(n.to_bytes(4, "big") * 250, seq=n) for n in range(count)]
    if kind == "pcapng":
        return section() + interface() + b"".join(enhanced(data) for data in frames)
    return gzip.compress(pcap(*frames), 1) if kind == "gzip" else pcap(*frames)


def pour(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
    os.close(fd)


class Run:
    """Reads all that a pipe brings, and looks at each step what is there. seen: of the packets read."""

    def __init__(self, feed: PipeFeed) -> None:
        self.feed, self.reader = feed, CaptureReader(feed.path, growing=True)
        self.notices: list[str] = []
        self.saved: list[int] = []
        self.rotation = Rotation(self.reader, feed.spool, self.saved.append, self.notices)
        self.places: list[tuple[int, int]] = []
        self.most = 0

    def step(self) -> bool:
        ended = not self.feed.running
        batch = self.reader.read(512)
        if batch is not None:
            self.places += zip(batch.offset.tolist(), batch.caplen.tolist(), strict=True)
            self.most = max(self.most, os.stat(self.feed.path).st_blocks * 512)
        elif ended:
            self.reader.finish()
        self.rotation.turn()
        return not self.reader.done


@pytest.mark.parametrize("kind", ["pcap", "pcapng", "gzip"])
def test_the_newest_packets_stay_within_the_bound(pipe: tuple[int, int], kind: str) -> None:
    count = 20_000
    with running(PipeFeed(pipe[0])) as feed:
        feed.spool.bound(LIMIT)
        threading.Thread(target=pour, args=(pipe[1], capture(kind, count))).start()
        run = Run(feed)
        while run.step():
            pass
        assert len(run.places) == count and run.reader.notices == run.notices == []
        assert run.most <= LIMIT + SLACK
        read = [run.reader.packet(*place) for place in run.places]
        gone = read.count(b"")
        assert read[:gone] == [b""] * gone
        assert all(int.from_bytes(data[-4:], "big") == n for n, data in enumerate(read[gone:], gone))
        assert LIMIT * (STEPS - 6) / STEPS <= sum(map(len, read)) <= LIMIT
        assert run.saved == sorted(set(run.saved)) and run.reader.kept_from == run.saved[-1]
        run.reader.close()


def test_a_spool_that_is_not_read_is_full_and_its_pipe_waits(pipe: tuple[int, int]) -> None:
    data = capture("pcap", 10_000)
    feed = PipeFeed(pipe[0])
    feed.spool.bound(LIMIT)
    with running(feed):
        threading.Thread(target=pour, args=(pipe[1], data)).start()
        until(lambda: feed.spool.full)
        assert os.path.getsize(feed.path) <= LIMIT + SLACK
        run = Run(feed)
        while run.step():
            pass
        assert len(run.places) == 10_000
        run.reader.close()


def test_a_full_spool_does_not_hold_up_the_end(pipe: tuple[int, int]) -> None:
    feed = PipeFeed(pipe[0])
    feed.spool.bound(LIMIT)
    feed.start()
    os.set_blocking(pipe[1], False)
    data = capture("pcap", 5000)
    while not feed.spool.full:
        try:
            data = data[os.write(pipe[1], data) :]
        except BlockingIOError:
            continue
    feed.stop()
    assert not feed.running and feed.error is None
    feed.spool.remove()


def test_without_holes_the_spool_grows_and_a_notice_says_so(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holes, "_fallocate", lambda: None)
    with running(PipeFeed(pipe[0])) as feed:
        feed.spool.bound(LIMIT)
        threading.Thread(target=pour, args=(pipe[1], capture("pcap", 10_000))).start()
        run = Run(feed)
        while run.step():
            pass
        assert run.notices == [f"the spool grows beyond its bound: {feed.path}: operation not supported"]
        assert os.path.getsize(feed.path) > 2 * LIMIT
        assert all(run.reader.packet(*place) for place in run.places)
        run.reader.close()


def test_the_head_stays(tmp_path: Path, pipe: tuple[int, int]) -> None:
    with running(PipeFeed(pipe[0])) as feed:
        feed.spool.bound(LIMIT)
        data = capture("pcap", 10_000)
        threading.Thread(target=pour, args=(pipe[1], data)).start()
        run = Run(feed)
        while run.step():
            pass
        with open(feed.path, "rb") as spool:
            assert spool.read(HEAD) == data[:HEAD]
        run.reader.close()
