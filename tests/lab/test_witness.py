"""A witness of a lab: what it writes, and that it is right about it."""

from __future__ import annotations

import json
import time
from pathlib import Path

from lab.frame import Side, sent_by
from lab.lab import Lab
from lab.tracing import Tracer
from lab.wire import Drop, Link
from lab.witness import Witness, claim_net
from tests.support.recorded import connections
from tests.support.tracing import needs_tracing

pytestmark = needs_tracing


def test_a_conversation_and_what_the_kernels_said_of_it(tmp_path: Path) -> None:
    net, claim = claim_net()
    with claim, Tracer() as tracer, Lab(Link(delay=0.005), net=net) as lab, Witness(lab, tracer) as witness:
        lab.wire.rule(sent_by(Side.A, "S"), Drop())  # seen by A and MA, and no further
        with lab.b.tcp(80) as listener, lab.a.tcp(40000) as client:
            listener.listen()
            client.connect((lab.b.address, 80))
            server, _ = listener.accept()
            client.close()
            server.recv(1)
            time.sleep(0.05)
            server.close()
        time.sleep(0.1)
        truth = json.loads(witness.write("talk", tmp_path, {"loss": 0}).read_text())
    a, b = f"{lab.a.address}:40000", f"{lab.b.address}:80"
    sequences = {
        own: [one["new"] for one in truth["transitions"] if one["endpoint"] == own and one["peer"] == peer]
        for own, peer in ((a, b), (b, a))
    }
    assert sequences == {
        a: ["SYN_SENT", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT"],
        b: ["SYN_RCVD", "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "CLOSED"],
    }
    times = [one["t_ns"] for one in truth["transitions"]]
    assert times == sorted(times)
    assert times[-1] < truth["end_ns"]
    assert (truth["unsure"], truth["network"], truth["lost"]) == ([], {"loss": 0}, {"events": 0, "frames": 0})
    counts = {place: len(connections(tmp_path / file)[a, b]) for place, file in truth["pcaps"].items()}
    assert counts["A"] == counts["MA"] == counts["B"] + 1 == counts["MB"] + 1


def test_claims_of_addresses_do_not_meet() -> None:
    claims = [claim_net() for _ in range(20)]
    assert len({net for net, _ in claims}) == 20
    for _, claim in claims:
        claim.close()
