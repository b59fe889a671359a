import pytest

from tcptui.tcp.owes import owes
from tests.support.conversation import talk
from tests.support.flows import CASES


@pytest.mark.parametrize("name", CASES)
def test_owes(name: str) -> None:
    text, later, _, expected = CASES[name]
    said = talk(text)
    assert owes(said.history, said.facts, said.later(later)) == expected
