import os

import pytest

from tcptui.capture.feed import FeedStats, SpoolingFeed
from tcptui.capture.spool import Spool
from tcptui.errors import CaptureError
from tests.support.feeds import until


class Waiting(SpoolingFeed):
    """Fills nothing until it is woken."""

    failing = ""

    def __init__(self):
        super().__init__("waiting", Spool.create())
        self.released = 0

    def _fill(self):
        if self.failing:
            raise CaptureError(self.failing)
        os.read(self._wake_fd, 1)

    def _release(self):
        self.released += 1
        self.spool.close()


@pytest.fixture
def feed():
    feed = Waiting()
    yield feed
    feed.stop()
    feed.spool.remove()


def test_it_runs_from_start_to_stop(feed):
    assert not feed.running
    feed.start()
    assert feed.running
    feed.stop()
    assert not feed.running
    assert feed.released == 1
    assert feed.error is None


def test_stop_and_start_may_be_repeated(feed):
    feed.start()
    feed.start()
    feed.stop()
    feed.stop()
    feed.start()
    assert not feed.running
    assert feed.released == 1


def test_stop_before_start_gives_everything_back(feed):
    feed.stop()
    feed.start()
    assert not feed.running
    assert feed.released == 1


def test_an_error_is_there_when_it_has_ended(feed):
    feed.failing = "the device burns"
    feed.start()
    until(lambda: not feed.running)
    assert str(feed.error) == "the device burns"
    assert feed.released == 1


def test_no_descriptor_is_left_open(feed):
    before = len(os.listdir("/proc/self/fd"))
    for start in (True, False):
        other = Waiting()
        if start:
            other.start()
        other.stop()
        other.spool.remove()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_feed_that_cannot_count_says_so(feed):
    assert feed.stats() == FeedStats(None, None, None)
    assert not feed.live
