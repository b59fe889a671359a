"""The scripted recordings in which packets do not tell what the kernel did: endpoint by endpoint, and why.

Classes as in the specification: U2 a silent local end, U3 the last segment lost behind us, U4 lost before
it came to us, U5 local policy, U6 forged or invisible segments.
"""

from __future__ import annotations

KNOWN: dict[tuple[str, str], tuple[str, str]] = {
    ("accept_queue_full", "40002"): ("U2", "the application closes a socket that never got an answer"),
    ("fw1_timeout", "40000"): (
        "U2",
        "gives up after 3.5 s, as its orphan_retries is turned down for the test",
    ),
    ("fw1_timeout", "80"): ("U3", "the FIN that would move it is lost behind us, and it says nothing more"),
    ("last_ack_timeout", "80"): (
        "U2",
        "gives up after 3.5 s, as its orphan_retries is turned down for the test",
    ),
    ("rst_lost", "40000"): (
        "U4",
        "the RST of its abort is lost before it comes to us; what answers data later is mostly an orphan",
    ),
    ("rto_timeout", "40000"): ("U2", "gives up unanswered data, by its own count, without a packet"),
    ("rto_timeout", "80"): ("U4", "its FIN is lost before it comes to us"),
    ("syn_blackhole", "40000"): ("U2", "gives up early, as its syn_retries is turned down for the test"),
    ("syn_recv_expires", "80"): ("U2", "forgets early, as its synack_retries is turned down for the test"),
    ("tw_assassin", "40000"): ("U6", "the RST is injected next to it, and passes no other place"),
    ("tw_old_syn", "40000"): ("U6", "the SYN is injected in its name, and nothing after it tells"),
}

CONTRADICTORY: dict[tuple[str, int], str] = {
    **{
        (f"rcv-syn-ack-time-wait-using-shutdown-right-edge-insecure-{ip}.pcap", 8): (
            "the script has two branches, for two systems, and the capture has both, one after the other: "
            "after a RST that it never sent, the endpoint is in TIME_WAIT again"
        )
        for ip in ("ipv4", "ipv6")
    },
    ("trace5003.pcap", 3): "two states after one frame: the kernel's log has the moment of accept() too",
    ("server0.pcap", 3): "two states after one frame: the kernel's log has the moment of accept() too",
}
"""Points of `states.json` that another point of the same capture contradicts: (file, after which frame)."""
