"""The status bar says what must always be seen; the footer only what can be done."""

import dataclasses

import pytest

from tcptui.hosts.finding import HostFinding
from tcptui.model.cells import Row
from tcptui.model.text import plain, row_width
from tcptui.session import Snapshot
from tcptui.tcp.diagnosis import Diagnosis, Severity
from tcptui.tcp.history import Moment
from tcptui.tui.bars import Mode, clock_text, footer_row, source_name, status_row

LIVE = Snapshot(
    frames=1204,
    segments=1204,
    flows=12,
    last=Moment(1204, 1),
    dropped=0,
    live=True,
    running=True,
    label="any · port 9502",
)


def text(row: Row) -> str:
    return plain(row).strip()


def test_a_live_capture() -> None:
    row = status_row(LIVE, Mode(follow=True), 1_000_000_000, 120)
    assert row_width(row) == 120
    shown = text(row)
    for part in (
        "tcptui",
        "any · port 9502",
        "● live",
        "1,204 packets",
        "12 flows",
        "0 dropped",
        "following",
    ):
        assert part in shown
    assert shown.endswith(".000")


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
def test_counters_drops_and_errors_stay_in_narrow_windows(width: int) -> None:
    lossy = dataclasses.replace(LIVE, dropped=17, label="a very long name of a source " * 3)
    shown = text(status_row(lossy, Mode(frozen=True, behind=3), 1, width))
    assert "1,204 packets" in shown
    assert "17 dropped" in shown
    failed = dataclasses.replace(LIVE, error="eth0 went down")
    assert "eth0 went down" in text(status_row(failed, Mode(), 1, width))


def test_loading_shows_progress() -> None:
    loading = Snapshot(running=True, progress=0.37, label="x.pcap")
    assert "reading 37 %" in text(status_row(loading, Mode(), 0, 100))


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        (Mode(frozen=True, behind=12), "‖ frozen +12"),
        (Mode(speed="4×"), "▶ 4×"),
        (Mode(live_view=True), "as seen live"),
    ],
)
def test_modes_are_seen(mode: Mode, says: str) -> None:
    assert says in text(status_row(LIVE, mode, 1, 140))


def test_what_comes_from_outside_is_clean() -> None:
    evil = dataclasses.replace(LIVE, label="a\x1b[31mb", error="c\x07d", notices=("e\nf",))
    assert text(status_row(evil, Mode(), 1, 200)).isprintable()


@pytest.mark.parametrize("time_ns", [0, -5, 2**62, 1_700_000_000_123_456_789])
def test_any_time_has_a_text(time_ns: int) -> None:
    assert clock_text(time_ns)


def test_the_footer_has_the_keys_of_the_situation() -> None:
    flows = text(footer_row(frozenset({"flows"}), 120))
    assert "s sort" in flows
    assert "freeze" not in flows
    assert "p freeze" in text(footer_row(frozenset({"flows", "live"}), 120))
    assert "space play" in text(footer_row(frozenset({"ladder"}), 120))


@pytest.mark.parametrize("width", [20, 40, 80])
def test_help_and_back_are_always_there(width: int) -> None:
    row = footer_row(frozenset({"ladder", "live"}), width)
    assert row_width(row) <= max(width, 20)
    assert "? help" in text(row)
    assert "q back" in text(row)


@pytest.mark.parametrize("width", [60, 80])
def test_the_interface_stays_in_narrow_windows(width: int) -> None:
    shown = text(status_row(LIVE, Mode(follow=True), 1_000_000_000, width))
    assert "any" in shown
    assert "↓" in shown
    assert "0 dropped" in shown


@pytest.mark.parametrize(
    ("label", "room", "name"),
    [
        ("/srv/captures/real/pop3.pcap", 40, "/srv/captures/real/pop3.pcap"),
        ("/srv/captures/real/pop3.pcap", 24, "…/real/pop3.pcap"),
        ("/srv/captures/real/pop3.pcap", 12, "…/pop3.pcap"),
        ("/srv/captures/real/pop3.pcap", 0, "…/pop3.pcap"),
        ("any · port 9502", 0, "any"),
        ("any · port 9502", 12, "any · port…"),
        ("standard input", 9, "standard…"),
        ("demos/half-close.pcap · tcp port 9502", 18, "…/half-close.pcap"),
        ("demos/half-close.pcap · tcp port 9502", 30, "…/half-close.pcap · tcp port…"),
    ],
)
def test_a_long_name_keeps_what_tells_it(label: str, room: int, name: str) -> None:
    assert source_name(label, room) == name


def test_the_worst_finding_about_a_host_is_told_and_how_many_more_there_are() -> None:
    flood = HostFinding("10.0.0.2:80", "SYN flood", Diagnosis("syn-flood", Severity.ERROR, (1,), "text"))
    some = dataclasses.replace(LIVE, findings=(flood, flood, flood))
    assert " ! SYN flood 10.0.0.2:80 (+2) " in plain(status_row(some, Mode(), 1, 120))
    told = dataclasses.replace(some, notices=("ICMP not captured",))
    assert "ICMP" not in plain(status_row(told, Mode(), 1, 80))  # it would push out what matters more


def test_a_notice_is_no_finding_and_has_not_its_sign() -> None:
    row = text(status_row(dataclasses.replace(LIVE, notices=("ICMP not captured",)), Mode(), 1, 120))
    assert "ICMP not captured" in row
    assert "!" not in row


CUT_OFF = "cut off in the middle of a packet at byte 1,204,332: read up to there"


@pytest.mark.parametrize("width", range(52, 140, 4))
@pytest.mark.parametrize("where", ["notice", "error"])
def test_damage_is_told_in_whole_words(width: int, where: str) -> None:
    file = Snapshot(frames=1000, segments=1000, flows=120, label="/srv/captures/x.pcap")
    told = {"notices": (CUT_OFF,)} if where == "notice" else {"error": CUT_OFF}
    shown = text(status_row(dataclasses.replace(file, **told), Mode(), 1_000_000_000, width))  # type: ignore[arg-type]
    words = CUT_OFF.replace(":", "").split()
    said = [word for word in shown.replace(":", " ").replace("…", " ").split() if word in words]
    assert said == words[: len(said)]
    assert len(said) >= 2
    assert (len(said) < len(words)) == ("…" in shown.replace("…/", ""))
    assert "1,000 packets" in shown and len(shown) <= width


def test_when_all_is_read_and_not_yet_inferred_the_bar_says_so() -> None:
    shown = text(status_row(Snapshot(running=True, read=True, progress=1, label="x.pcap"), Mode(), 0, 100))
    assert "inferring" in shown and "reading" not in shown
    half = Snapshot(running=True, read=True, progress=0.507, label="x.pcap")
    assert "▷ inferring 50 %" in text(status_row(half, Mode(), 0, 100))
