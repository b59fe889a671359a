"""Two readings of one log."""

from tcptui.tcp.history import Moment
from tcptui.tcp.states import Evidence, State
from tests.support.scenario import START, converse

TEXT = """
0.000 C > S: S seq 0
0.001 S > C: S. seq 0 ack 1
0.002 C > S: . seq 1 ack 1
1.001 S > C: S. seq 0 ack 1
1.002 C > S: . seq 1 ack 1
1.100 S > C: P. seq 1:4 ack 1
1.101 C > S: . seq 1 ack 4
1.102 C > S: P. seq 1:9 ack 4
1.103 S > C: . seq 4 ack 9
"""


def moment(packet: int) -> Moment:
    return Moment(packet, START + 1 << 62)


def test_hindsight_leaves_out_what_was_taken_back() -> None:
    history = converse(TEXT).history()
    assert history.at(moment(3))[1].state is State.SYN_RCVD
    assert history.at(moment(3), live=True)[1].state is State.ESTABLISHED
    assert history.at(moment(4), live=True)[1].state is State.SYN_RCVD
    assert all(t.withdrawn is None for t in history.standing())


def test_proof_counts_from_its_packet_on() -> None:
    history = converse(TEXT).history()
    assert history.at(moment(2))[0].evidence is Evidence.PASSED
    assert history.at(moment(3))[0].evidence is Evidence.PROVEN


def test_before_everything_the_start() -> None:
    history = converse(TEXT).history()
    client, server = history.at(Moment(0, 0))
    assert (client.state, server.state) == (State.CLOSED, State.LISTEN)
    assert client.since is None
