"""A small laboratory: two hosts, and a wire between them that does as it is told.

The hosts are network namespaces with real Linux sockets, the wire is a user-space program that
passes, drops, holds, delays, doubles and records each frame by rule. The built-in demos of tcptui
were recorded here: `python -m lab.demos` records them again.

    with Lab() as lab:
        lab.wire.rule(sent_by(Side.A, "."), Drop())            # the handshake's last ACK is lost
        lab.wire.record(Side.A, "handshake-ack-lost.pcap")
        ...

Limits: needs root, Linux and iproute2; IPv4.
"""
