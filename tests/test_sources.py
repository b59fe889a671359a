"""From options to a session, and what becomes of the file behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcptui.demos import catalog
from tcptui.errors import TcptuiError
from tcptui.sources import Choice, open_source
from tests.support.needs import needs_libpcap
from tests.support.sessions import finish

HANDSHAKE = str(catalog.load("handshake").path)


def test_a_file_as_it_lies_needs_no_spool() -> None:
    source = open_source(Choice(file=HANDSHAKE))
    assert source.session.feed is None


@needs_libpcap
def test_a_filtered_file_is_spooled_and_the_spool_goes_at_a_clean_end() -> None:
    source = open_source(Choice(file=HANDSHAKE, filter="src port 9502"))
    feed = source.session.feed
    assert feed is not None
    with source.closing():
        source.session.start()
        finish(source.session)
        assert source.session.snapshot().segments == 5
        assert Path(feed.path).exists()
    assert not Path(feed.path).exists()


@needs_libpcap
def test_after_a_failure_the_spool_stays_and_the_error_names_it() -> None:
    source = open_source(Choice(file=HANDSHAKE, filter="tcp"))
    feed = source.session.feed
    assert feed is not None
    with pytest.raises(RuntimeError) as caught, source.closing():
        source.session.start()
        finish(source.session)
        raise RuntimeError("a fault of ours")
    assert feed.path in caught.value.__notes__[0]
    Path(feed.path).unlink()


@needs_libpcap
def test_the_first_packets_of_a_file(tmp_path: Path) -> None:
    kept = tmp_path / "kept.pcap"
    source = open_source(Choice(file=HANDSHAKE, count=3, keep=str(kept)))
    with source.closing():
        source.session.start()
        finish(source.session)
        assert source.session.snapshot().frames == 3
    assert kept.stat().st_size > 24


def test_the_profile_of_time_wait() -> None:
    assert Choice(demo="handshake", two_msl=2.5).timers.time_wait == 2_500_000_000
    assert Choice(demo="handshake").timers.time_wait == 60_000_000_000


def test_a_demo_that_there_is_none_of() -> None:
    with pytest.raises(TcptuiError, match="no demo"):
        open_source(Choice(demo="nosuch"))
