"""The selected flow grows with the session."""

from pathlib import Path

import pytest

from tcptui.model.ladder import LadderOptions
from tcptui.session import Session
from tcptui.store.analysis import marks
from tcptui.store.rest import Rest
from tcptui.tcp.history import Moment
from tcptui.tui import excerpt, loaded
from tcptui.tui.loaded import LoadedFlow
from tests.support.packets import frame, pcap
from tests.support.sessions import Growing, read


def test_it_has_what_the_session_has() -> None:
    session = read(demo="handshake")
    loaded = LoadedFlow(session, 1, LadderOptions())
    assert loaded.segments == session.segments(1)
    assert loaded.ladder.ends == ("192.0.2.10:40001", "192.0.2.20:9502")
    assert not loaded.extend(session)


def test_numbers_count_from_the_handshake_as_tcpdump_s_do() -> None:
    session = read(demo="handshake")
    loaded = LoadedFlow(session, 1, LadderOptions())
    syn, syn_ack, _, data = loaded.segments[:4]
    assert loaded.bases(syn) == (0, 0)
    assert loaded.bases(syn_ack) is None
    assert loaded.bases(data) == (syn.seq, syn_ack.seq)


def test_what_a_header_holds_beside_its_columns(tmp_path: Path) -> None:
    urgent = bytearray(frame(b"now", flags=0x38))
    urgent[52:54] = b"\x00\x02"
    path = tmp_path / "urgent.pcap"
    path.write_bytes(pcap(frame(flags=0x10), bytes(urgent)))
    session = read(file=str(path))
    loaded = LoadedFlow(session, 1, LadderOptions())
    plain, pointed = loaded.segments
    assert loaded.header(plain) is None
    assert loaded.header(pointed) == Rest(2, 0, 3)


def test_it_takes_in_what_arrives() -> None:
    whole = read(demo="last-ack-lost")
    growing = Growing(whole, 2)
    loaded = LoadedFlow(growing, 1, LadderOptions())  # type: ignore[arg-type]
    assert len(loaded.segments) == 2
    growing.shown = 10_000
    assert loaded.extend(growing)  # type: ignore[arg-type]
    fresh = LoadedFlow(whole, 1, LadderOptions())
    assert loaded.segments == fresh.segments
    assert len(loaded.ladder) == len(fresh.ladder)
    assert loaded.marks == fresh.marks == marks(fresh.segments)


@pytest.mark.parametrize("follow", [True, False])
def test_it_grows(session: Session, small: None, follow: bool) -> None:
    growing = Growing(session, 300)
    flow = LoadedFlow(growing, 1, LadderOptions(folded=False), 1)  # type: ignore[arg-type]
    assert flow.is_whole
    for count in range(310, 1500, 37):
        growing.shown = count
        near = count if follow else 50
        assert flow.extend(growing, near)  # type: ignore[arg-type]
        assert flow.count == count
        flow.show(near)
        ladder = flow.ladder
        frame = ladder.item(ladder.find(Moment(near, 1 << 62))).moment.packet
        assert frame == near
        assert len(flow.segments) <= 2 * loaded.SHOWN + excerpt.WARM + excerpt.AHEAD + excerpt.OPENING + 1
