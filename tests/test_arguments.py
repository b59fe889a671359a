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
