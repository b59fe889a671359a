import re

import pytest

import tcptui.tcp.verdict
from tcptui.tcp.verdict import LONGEST, verdict
from tests.support.conversation import talk
from tests.support.flows import CASES


@pytest.mark.parametrize("name", CASES)
def test_verdict(name: str) -> None:
    text, later, expected, _ = CASES[name]
    said = talk(text)
    assert verdict(said.history, said.facts, said.later(later)) == expected


def test_vocabulary_is_short_and_every_word_of_it_is_reached() -> None:
    table = re.findall(r"^\| (\S.*?) +\| ", tcptui.tcp.verdict.__doc__ or "", re.MULTILINE)[1:]
    reached = {re.sub(r"\b(client|server)\b", "X", expected) for _, _, expected, _ in CASES.values()}
    assert reached == set(table)
    assert all(len(words.replace("X", "server")) <= LONGEST for words in table)


def test_every_prefix_of_every_flow_has_a_verdict() -> None:
    for text, _, _, _ in CASES.values():
        lines = text.splitlines()
        for end in range(1, len(lines) + 1):
            said = talk("\n".join(lines[:end]))
            assert verdict(said.history, said.facts, said.now)
