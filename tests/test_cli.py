"""The command line as a user meets it: what is printed where, and the exit status."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tcptui import __version__
from tcptui.arguments import FORMATS
from tcptui.capture.pcapfile import CaptureReader
from tcptui.cli import main
from tcptui.demos import catalog
from tests.support.needs import needs_libpcap
from tests.support.packets import pcap
from tests.support.weeks import Weeks

HANDSHAKE = str(catalog.load("handshake").path)


def run(*args: str, stdin: bytes | None = None) -> tuple[int, str, str]:
    """The program in a process of its own: status, standard output, standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "tcptui", *args], input=stdin, capture_output=True, timeout=60
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on standard error; it must be one line."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("tcptui: ")
    assert err.count("\n") == 1
    return err


def test_flows_with_zeeks_columns() -> None:
    status, out, err = run("-T", "flows", "--zeek", HANDSHAKE)
    assert (status, err) == (0, "")
    head, flow = out.splitlines()
    assert flow[head.index("conn_state") : head.index("verdict")].split() == ["SF", "ShADadFf"]


def test_without_a_terminal_a_file_is_printed_as_flows() -> None:
    status, out, err = run(HANDSHAKE)
    assert (status, err) == (0, "")
    assert "closed by client" in out.splitlines()[1]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_prints_the_demo(name: str) -> None:
    status, out, err = run("-T", name, "--demo", "handshake")
    assert (status, err) == (0, "")
    assert "TIME_WAIT" in out


def test_help_and_version_import_nothing_heavy() -> None:
    code = (
        "import sys; from tcptui.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "try: main(['--version'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('numpy', 'textual', 'scapy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert f"tcptui {__version__}" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_standard_input_is_read() -> None:
    status, out, _ = run("-r", "-", "-T", "json", stdin=Path(HANDSHAKE).read_bytes())
    assert status == 0
    assert json.loads(out)["state"] == {"client": "TIME_WAIT", "server": "CLOSED"}


def test_a_closed_pipe_is_silent() -> None:
    command = f"{sys.executable} -m tcptui -T transitions {HANDSHAKE} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[1] == "0"
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["nosuch.pcap"], "nosuch.pcap: no such file"),
        (["-r", "/nosuch/file"], "/nosuch/file"),
        (["-r", "/"], "directory"),
        (["--demo", "handshak"], "did you mean handshake"),
        (["-T", "xml", "--demo", "handshake"], "invalid choice"),
        (["--frobnicate"], "unrecognized arguments"),
        (["-c", "0", "-r", "x"], "at least 1"),
        (["-c", "many", "-r", "x"], "argument -c: 'many' is not a number;"),
        (["--tcpdump", "-T", "json", "-r", "x"], "give it with -T ladder"),
        (["--profile", "plan9", "-r", "x"], "invalid choice: 'plan9'"),
        (["--2msl", "x", "-r", "x"], "argument --2msl: 'x' is not a number;"),
        (["-s", "-1", "-r", "x"], "-s"),
        (["--2msl", "-3", "-r", "x"], "0 to 86400"),
        (["-i", "lo", "-r", "x"], "give one source"),
        (["-f", "tcp", "-r", "x", "port", "80"], "give the filter once"),
        (["--demo", "handshake", "port", "80"], "takes no filter"),
        ([], "give a FILE"),
    ],
)
def test_what_cannot_start_says_so_in_one_line(
    args: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(args) == 2
    assert words in one_line(capsys)


def test_a_file_that_is_no_capture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in (("empty", b""), ("text", b"GET / HTTP/1.1\r\n\r\n"), ("zeros", bytes(100))):
        (tmp_path / name).write_bytes(content)
        assert main(["-r", str(tmp_path / name)]) == 2
        assert name in one_line(capsys)


def test_standard_input_that_is_no_capture() -> None:
    status, out, err = run("-r", "-", "-T", "json", stdin=b"this is no capture at all, and long enough")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1


def test_a_name_full_of_escapes_does_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-r", "\x1b]0;owned\x07\u202egnp.pcap"]) == 2
    said = one_line(capsys)
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_a_capture_cut_off_is_read_up_to_there(tmp_path: Path) -> None:
    cut = tmp_path / "cut.pcap"
    cut.write_bytes(Path(HANDSHAKE).read_bytes()[:-5])
    status, out, err = run("-T", "json", str(cut))
    assert status == 0
    assert json.loads(out)["packets"] == {"client": 5, "server": 5}
    assert err.startswith("tcptui: ")
    assert "cut off" in err


@needs_libpcap
def test_words_filter_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([HANDSHAKE, "src", "port", "9502"], ["-r", HANDSHAKE, "-f", "src port 9502"]):
        assert main(["-T", "json", *words]) == 0
        record = json.loads(capsys.readouterr().out)
        assert sorted(record["packets"].values()) == [0, 5]


def test_a_file_that_only_looks_like_a_word_is_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`port 80` stays a filter where there is a file called "port"."""
    monkeypatch.chdir(tmp_path)
    Path("port").write_bytes(b"no capture")
    assert main(["-T", "json", "-r", HANDSHAKE, "port", "9502"]) == 0
    assert main(["-T", "json", "port"]) == 2
    assert "port" in capsys.readouterr().err
    assert main(["-T", "json", "nosuch.pcap", "port", "80"]) == 2
    assert "no such file" in one_line(capsys)


@needs_libpcap
def test_a_filter_that_does_not_parse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-T", "json", "-r", HANDSHAKE, "port", "eighty", "and"]) == 2
    assert "filter" in one_line(capsys)


def test_interfaces_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-D"]) == 0
    assert " lo " in capsys.readouterr().out


def shell(command: str) -> tuple[int, str, str]:
    """A command line in which TCPTUI stands for the program."""
    command = command.replace("TCPTUI", f"{sys.executable} -m tcptui")
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("where", "status", "said"),
    [
        (">&-", 2, "tcptui: standard output is closed; leave it open, or redirect it\n"),
        (">/dev/full", 1, "tcptui: cannot write to standard output: no space left on device\n"),
    ],
)
def test_output_that_takes_nothing(where: str, status: int, said: str) -> None:
    assert shell(f"TCPTUI {HANDSHAKE} {where}") == (status, "", said)


def test_with_standard_error_closed_nothing_strays_into_standard_output() -> None:
    assert shell("TCPTUI -r /nosuch/file 2>&-") == (2, "", "")


def test_input_that_cannot_be_read_prints_no_table() -> None:
    assert run("-r", "-", "-T", "flows", stdin=bytes(1000))[:2] == (2, "")


def of_now(packets: int) -> bytes:
    """The beginning of a demo, as if it were being captured."""
    reader = CaptureReader(HANDSHAKE)
    batch = reader.read(packets)
    reader.close()
    assert batch is not None
    data = batch.data.tobytes()
    places = zip((batch.offset - batch.base).tolist(), batch.caplen.tolist(), strict=True)
    return pcap(*((data[at : at + size], size, time.time_ns()) for at, size in places))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_transitions_of_a_live_pipe_are_printed_as_they_happen_until_a_signal(
    number: signal.Signals, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tcptui", "-r", "-", "-T", "transitions"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=False,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    ) as program:
        assert program.stdin and program.stdout and program.stderr
        program.stdin.write(of_now(3))
        program.stdin.flush()
        lines = [program.stdout.readline().decode() for _ in range(5)]  # while the pipe stays open
        assert lines[0].split()[:2] == ["TIME", "FLOW"]
        assert all("ESTABLISHED" in line or "SYN_" in line for line in lines[1:])
        program.send_signal(number)
        assert (program.wait(20), program.stderr.read()) == (0, b"")
    assert list(tmp_path.iterdir()) == []


@needs_libpcap
@pytest.mark.parametrize("name", ["flows", "transitions", "json"])
def test_a_filter_that_matches_nothing_says_how_many_packets_it_was_asked_about(name: str) -> None:
    status, out, err = run("-T", name, HANDSHAKE, "port", "1")
    assert status == 0
    assert out.count("\n") == (name != "json")  # the head at most
    assert err == "tcptui: 11 packets read, none matches the filter: port 1\n"


@needs_libpcap
def test_of_a_pipe_the_packets_that_do_not_match_are_not_counted() -> None:
    status, _, err = run("-T", "flows", "-r", "-", "port", "1", stdin=Path(HANDSHAKE).read_bytes())
    assert status == 0
    assert "tcptui: no packet matches the filter: port 1\n" in err


@needs_libpcap
def test_a_filter_that_matches_says_nothing() -> None:
    assert run("-T", "flows", HANDSHAKE, "tcp")[2] == ""


@pytest.mark.parametrize("format_", ["transitions", "flows"])
def test_a_pipe_in_a_small_room_tells_all_and_says_what_is_gone(format_: str) -> None:
    weeks = Weeks(now_ns=time.time_ns())
    data = weeks.header() + b"".join(weeks.short(1000) for _ in range(6))
    done = subprocess.run(
        [sys.executable, "-m", "tcptui", "-r", "-", "-T", format_, "--max-memory", "4M", "-t", "e"],
        input=data,
        capture_output=True,
        timeout=120,
    )
    lines = done.stdout.decode().splitlines()[1:]
    told = re.fullmatch(
        r"tcptui: ([\d,]+) packets and ([\d,]+) connections are no longer kept: --max-memory gives .*\n",
        done.stderr.decode(),
    )
    assert told and done.returncode == 0
    gone = int(told[2].replace(",", ""))
    assert int(told[1].replace(",", "")) == 10 * gone and gone > 1000
    if format_ == "flows":
        numbers = [line.split()[0] for line in lines if not line.startswith("warning")]
        assert list(map(int, numbers)) == list(range(gone + 1, 6001))
    else:  # as they happened, before anything had to go
        assert {int(line.split()[1]) for line in lines} == set(range(1, 6001))
        assert (
            sum("-> CLOSED" in line for line in lines)
            == sum("-> TIME_WAIT" in line for line in lines)
            == 6000
        )
