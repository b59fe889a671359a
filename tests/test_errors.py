"""What a user is told when something goes wrong."""

from __future__ import annotations

import pytest

from tcptui.errors import CaptureError, FormatError, TcptuiError, fault


def test_the_way_out_follows_what_went_wrong() -> None:
    error = CaptureError("cannot listen on eth0: permission denied", "run it with sudo")
    assert str(error) == "cannot listen on eth0: permission denied; run it with sudo"
    assert (error.message, error.hint) == ("cannot listen on eth0: permission denied", "run it with sudo")


def test_without_a_way_out_nothing_is_added() -> None:
    assert str(CaptureError("eth0 has disappeared")) == "eth0 has disappeared"


def test_a_format_error_names_the_file_and_keeps_the_place() -> None:
    error = FormatError("x.pcap", 24, "not a capture file", "tcptui reads pcap")
    assert str(error) == "x.pcap: not a capture file; tcptui reads pcap"
    assert (error.path, error.offset) == ("x.pcap", 24)


@pytest.mark.parametrize("error", [CaptureError("x"), FormatError("x", 0, "y"), fault(ValueError("z"))])
def test_one_except_clause_catches_all(error: TcptuiError) -> None:
    with pytest.raises(TcptuiError):
        raise error


def test_a_fault_of_ours_is_one_line_too() -> None:
    assert str(fault(ValueError("a\nb"))) == (
        "internal error: ValueError('a\\nb'); please report it with the traceback that TCPTUI_DEBUG=1 shows"
    )
