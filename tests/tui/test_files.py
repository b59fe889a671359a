"""Names that are free, and the ladder as text."""

from pathlib import Path

import pytest

from tcptui.capture.pcapfile import CaptureReader
from tcptui.errors import CaptureError
from tcptui.model.ladder import LadderOptions
from tcptui.tui.files import free_name, ladder_text, records, save_flow, write_text
from tcptui.tui.viewpoint import Viewpoint
from tests.support.icmp import conversation
from tests.support.packets import packets, read_all
from tests.support.sessions import read


def test_a_free_name_counts_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert str(free_name("flow", ".txt")) == "flow.txt"
    (tmp_path / "flow.txt").touch()
    (tmp_path / "flow-2.txt").touch()
    assert str(free_name("flow", ".txt")) == "flow-3.txt"


def test_text_goes_into_new_files_only(tmp_path: Path) -> None:
    write_text(tmp_path / "a", "text")
    with pytest.raises(CaptureError, match="exists already; give another name"):
        write_text(tmp_path / "a", "other")
    with pytest.raises(CaptureError, match="cannot write"):
        write_text(tmp_path / "none" / "a", "other")
    assert (tmp_path / "a").read_text() == "text"


def test_records_are_the_packets_as_captured() -> None:
    session = read(demo="handshake")
    found = list(records(session, 1))
    assert len(found) == 11
    assert [r.data for r in found] == [session.store.raw(row) for row in range(11)]
    assert {r.linktype for r in found} == {1}


def test_the_icmp_errors_about_a_flow_are_saved_in_their_place(tmp_path: Path) -> None:
    path = conversation(tmp_path / "in.pcap")
    session = read(file=str(path))
    assert save_flow(session, 1, tmp_path / "out.pcap") == f"15 packets of flow 1 → {tmp_path}/out.pcap"
    saved = packets(read_all(CaptureReader(tmp_path / "out.pcap")))
    assert saved == packets(read_all(CaptureReader(path)))


def test_packets_that_are_no_longer_kept_are_left_out_and_counted(tmp_path: Path) -> None:
    session = read(demo="handshake")
    fourth = int(session.store.column("offset")[3])
    session.reader.forget(fourth)
    assert [len(r.data) for r in records(session, 1)] == session.store.column("caplen")[3:].tolist()
    told = save_flow(session, 1, tmp_path / "out.pcap")
    assert told == f"8 packets of flow 1 (3 are no longer kept) → {tmp_path}/out.pcap"


def test_the_ladder_as_text_is_all_of_it() -> None:
    view = Viewpoint(read(demo="handshake"), LadderOptions())
    assert ladder_text(view) == ""
    view.refresh(view.session.snapshot())
    lines = ladder_text(view).splitlines()
    assert len(lines) == 1 + view.rows
    assert "192.0.2.10:40001" in lines[0]
    assert "FIN_WAIT_1" in ladder_text(view)
