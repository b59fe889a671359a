"""What the capture has missed, by what others acknowledge. More in tests/scenarios/*unseen*.txt."""

from tcptui.tcp.states import Evidence, State
from tests.support.scenario import converse


def test_a_missing_syn_ack_is_assumed() -> None:
    history = converse("0 C > S: S seq 0\n0.1 C > S: . seq 1 ack 1").history()
    opened = [(t.endpoint, t.new, t.evidence) for t in history.standing()]
    assert (0, State.ESTABLISHED, Evidence.ASSUMED) in opened
    assert (1, State.SYN_RCVD, Evidence.ASSUMED) in opened


def test_a_missing_syn_is_assumed() -> None:
    history = converse("0 S > C: S. seq 0 ack 1").history()
    first = next(t for t in history.standing() if t.endpoint == 0)
    assert (first.new, first.evidence) == (State.SYN_SENT, Evidence.ASSUMED)
    assert history.client == 0
