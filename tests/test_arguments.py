"""What the words of a command line mean."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from tcptui.arguments import UsageError, parser, settle_words


def settled(*words: str) -> argparse.Namespace:
    args = parser().parse_intermixed_args(words)
    settle_words(args)
    return args


def test_trailing_words_are_a_filter_and_without_a_source_all_devices_are_listened_on() -> None:
    args = settled("port", "80", "and", "host", "::1")
    assert (args.iface, args.filter) == ("any", "port 80 and host ::1")


def test_one_word_that_names_a_file_is_the_file(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.touch()
    assert settled(str(path)).file == str(path)


def test_options_may_stand_behind_the_words(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.touch()
    args = settled(str(path), "port", "80", "-T", "json", "-S")
    assert (args.file, args.filter, args.format, args.absolute) == (str(path), "port 80", "json", True)


def test_demo_without_a_name_is_the_menu() -> None:
    assert settled("--demo").demo == ""
    assert settled("--demo", "refused").demo == "refused"


def test_numbers_before_names_unless_asked_for() -> None:
    assert not settled("-n", "-i", "lo").names
    assert settled("-N", "-i", "lo").names


@pytest.mark.parametrize("words", [["-r", "a", "-i", "lo"], ["--demo", "refused", "-w", "x"], ["gone.pcap"]])
def test_what_cannot_be_meant(words: list[str]) -> None:
    with pytest.raises(UsageError):
        settled(*words)


def test_zeeks_columns_belong_to_the_flows() -> None:
    assert settled("-T", "flows", "--zeek").zeek
    assert settled("-T", "json", "--zeek").zeek  # which has them always
    with pytest.raises(UsageError, match="--zeek"):
        settled("-T", "ladder", "--zeek")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("67108864", 64 << 20),
        ("64M", 64 << 20),
        ("64m", 64 << 20),
        ("64MiB", 64 << 20),
        ("64MB", 64_000_000),
        ("1G", 1 << 30),
        ("1.5GiB", 3 << 29),
        (".5g", 1 << 29),
        ("65536K", 64 << 20),
        ("65536000b", 65_536_000),
        ("1 T", 1 << 40),
    ],
)
def test_sizes_have_units(text: str, size: int) -> None:
    args = settled("-i", "lo", "--max-memory", text, "--max-spool", text)
    assert (args.max_memory, args.max_spool) == (size, size)


def test_no_bound_is_given_unless_asked_for() -> None:
    args = settled("-i", "lo")
    assert (args.max_memory, args.max_spool) == (None, None)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--max-memory", "plenty"], "argument --max-memory: 'plenty' is not a size, such as 64M or 2G"),
        (["--max-memory", ""], "'' is not a size"),
        (["--max-memory", "-1G"], "expected one argument"),
        (["--max-memory=-1G"], "'-1G' is not a size"),
        (["--max-memory", "1e9"], "'1e9' is not a size"),
        (["--max-memory", "64MM"], "'64MM' is not a size"),
        (["--max-memory", "0"], "must be 4M to 1024T"),
        (["--max-spool", "31M"], "must be 32M to 1024T"),
        (["--max-spool", "9" * 400], "must be 32M to 1024T"),
        (["--max-spool", "2000T"], "must be 32M to 1024T"),
        (["--max-spool", "1G", "-w", "x"], "--max-spool with -w; what is kept is kept whole"),
    ],
)
def test_sizes_that_are_none(words: list[str], complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        settled("-i", "lo", *words)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
