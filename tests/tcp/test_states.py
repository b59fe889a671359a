"""Names as netstat and the articles have them."""

from tcptui.tcp.states import Evidence, State


def test_the_eleven_states() -> None:
    assert len(State) == 11
    assert str(State.FIN_WAIT_1) == "FIN_WAIT_1"


def test_evidence_is_told_in_one_word() -> None:
    assert [str(one) for one in Evidence] == ["sent", "passed", "proven", "timer", "assumed"]


def test_only_a_segment_of_its_own_makes_a_state_certain() -> None:
    assert [one for one in Evidence if one.certain] == [Evidence.SENT, Evidence.PROVEN]
