"""From options to a session, and what becomes of the file behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcptui.arguments import PROFILES as OFFERED
from tcptui.demos import catalog
from tcptui.errors import TcptuiError
from tcptui.sources import Choice, open_source
from tcptui.tcp.timers import BSD, PROFILES, RFC
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


def test_the_profile_says_whose_timers_run_and_2msl_changes_but_one() -> None:
    assert Choice(demo="handshake", profile="rfc").timers == RFC
    assert Choice(demo="handshake", profile="bsd", two_msl=1).timers == BSD.with_2msl(1)
    assert Choice(demo="handshake").timers.time_wait == 60_000_000_000


def test_a_demo_that_there_is_none_of() -> None:
    with pytest.raises(TcptuiError, match="no demo"):
        open_source(Choice(demo="nosuch"))


def pipe_of(content: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make this standard input; temporary files go to tmp_path."""
    path = tmp_path / "input"
    path.write_bytes(content)
    monkeypatch.setattr("sys.stdin", path.open())
    (tmp_path / "spools").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "spools"))


def test_whoever_reads_us_and_has_enough_leaves_no_spool(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pipe_of(Path(HANDSHAKE).read_bytes(), monkeypatch, tmp_path)
    source = open_source(Choice(file="-"))
    with pytest.raises(BrokenPipeError) as caught, source.closing():
        source.session.start()
        finish(source.session)
        raise BrokenPipeError
    assert list((tmp_path / "spools").iterdir()) == []
    assert not hasattr(caught.value, "__notes__")


@needs_libpcap
def test_input_that_is_no_capture_leaves_no_spool_and_tells_the_cause(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pipe_of(bytes(1000), monkeypatch, tmp_path)
    source = open_source(Choice(file="-", filter="tcp"))
    with source.closing():
        source.session.start()
        finish(source.session)
    assert list((tmp_path / "spools").iterdir()) == []
    snapshot = source.session.snapshot()
    assert snapshot.failed_at_start
    assert snapshot.error is not None
    assert snapshot.error.startswith("cannot read standard input: unknown file format")


@pytest.mark.parametrize("filter", ["", pytest.param("tcp", marks=needs_libpcap)])
def test_standard_input_is_not_overwritten_by_w(
    filter: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = Path(HANDSHAKE).read_bytes()
    pipe_of(content, monkeypatch, tmp_path)
    with pytest.raises(TcptuiError, match="it is the file that is being read"):
        open_source(Choice(file="-", filter=filter, keep=str(tmp_path / "input")))
    assert (tmp_path / "input").read_bytes() == content


def test_the_command_line_offers_the_profiles_that_there_are() -> None:
    assert tuple(PROFILES) == OFFERED
