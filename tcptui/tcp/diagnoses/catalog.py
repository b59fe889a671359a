"""All diagnoses there are: id, severity, what each means, what proves it, and what to do about it.

The one source of what is said besides the facts themselves: a rule says what it saw (`say`), and the advice
comes from here. `docs/diagnoses.md` has `markdown_table()` in it, which a test compares.

Numbers are those of the list of diagnoses, D1 to D35. Ids are stable: scripts look for them.
"""

from __future__ import annotations

from collections.abc import Iterable

from tcptui.dataclass import dataclass
from tcptui.tcp.finding import Case, Diagnosis, Severity

NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of diagnosis. severities: the usual one first, then those of special cases.

    means, proof: for people, as whole phrases. advice: what to do next, put behind the sentence as it is,
    with {x} for who it is about and {y} for the other end; "" where there is nothing to do. host: about a
    host or a port, over all its connections, rather than about one connection.
    """

    id: str
    number: str
    severities: tuple[Severity, ...]
    means: str
    proof: str
    advice: str = ""
    host: bool = False

    def diagnosis(
        self,
        packets: Iterable[int],
        sentence: str,
        *,
        severity: Severity | None = None,
        advise: bool = True,
        **names: str,
    ) -> Diagnosis:
        """One of this kind. advise: whether the advice fits this case of it."""
        advice = self.advice.format(**names) if advise else ""
        return Diagnosis(self.id, severity or self.severities[0], tuple(packets), sentence + advice)


_KINDS = (
    Kind(
        "syn-unanswered",
        "D1",
        (WARNING,),
        "A SYN, sent three times or more over 3 s or more, has no answer at all: the host is down, or "
        "something on the way drops it. A closed port would answer RST. Where the host has answered "
        "somebody else within 60 s, it is up, and the port is filtered.",
        "all copies of the SYN; where there is one, the frame that shows the host alive",
        ". Check that the {y} is up, then the firewalls between",
    ),
    Kind(
        "refused",
        "D2",
        (NOTE,),
        "The SYN was answered by RST: nothing listens on that port (or a firewall answers in its place: see "
        "`rst-injected`).",
        "the SYN and the RST",
        ". Is the service running, and on this address? `ss -ltn` on the {y} tells",
    ),
    Kind(
        "unreachable",
        "D3",
        (WARNING,),
        "A router or the host itself answers the SYN by an ICMP error, which is named.",
        "the SYNs and the ICMP error that quotes one",
        ": connect() fails at once. Where it comes from another address than the {y}'s, look at the routes "
        "and firewalls there",
    ),
    Kind(
        "accept-queue-full",
        "D4",
        (WARNING,),
        "The kernel has no room for more connections that accept() has not taken: it repeats its SYN,ACK "
        "although that is acknowledged each time (two rounds or more), or leaves SYNs to a port unanswered "
        "that answered somebody within the last 60 s. ACKs or SYNs that are lost behind this point look the "
        "same.",
        "the SYN,ACKs after the ACK, or the SYNs and the answer that somebody else got",
        ". `ss -ltn` on the {x}: Recv-Q at or above Send-Q means that the application does not call accept()",
    ),
    Kind(
        "half-open",
        "D5",
        (WARNING,),
        "A SYN,ACK, sent twice or more over more than 3 s, is not acknowledged: the caller is gone, its "
        "address is forged, or packets to it are dropped.",
        "the copies of the SYN,ACK",
        ". Many of them are a flood: `ss -tan state syn-recv` on the {x} counts them",
    ),
    Kind(
        "syn-flood",
        "D6",
        (ERROR,),
        "Of one port, within 10 s, max(50, 5 × completed) half-open connections or more, fewer than 20 % "
        "completed. About as many sources as connections: forged; RSTs from the sources: real hosts whose "
        "addresses were forged.",
        "the first SYNs of them",
        ". Are SYN cookies on (`sysctl net.ipv4.tcp_syncookies`)? `ss -tan state syn-recv` counts what is "
        "left",
        host=True,
    ),
    Kind(
        "port-scan",
        "D7",
        (WARNING,),
        "One source tries 15 ports of a host or more within 10 s, 70 % of them in vain, or takes its SYN "
        "back by RST.",
        "the first SYNs of it",
        ". If nobody of yours does that, look at what is open, and at that host",
        host=True,
    ),
    Kind(
        "host-sweep",
        "D7",
        (WARNING,),
        "One source tries the same port of 15 hosts or more within 10 s, 70 % of them in vain.",
        "the first SYNs of it",
        ". If nobody of yours does that, look at what is open, and at that host",
        host=True,
    ),
    Kind(
        "stateless-syn-ack",
        "D8",
        (NOTE,),
        "A SYN,ACK has been waiting for more than 3.5 s and was not sent again, although its host repeats "
        "others, or does so with five or more: SYN cookies, or something that answers SYNs without keeping "
        "them.",
        "the SYN,ACK; where there is one, a SYN,ACK that the host did repeat",
        ". Cookies are normal in a flood; without one, the backlog of listen() is too short",
    ),
    Kind(
        "syn-ack-repeated",
        "D9",
        (NOTE,),
        "A SYN,ACK came once more although it had been acknowledged, and the server went on only after "
        "that: the ACK was lost behind this point, its application asked to be told only of data "
        "(TCP_DEFER_ACCEPT, the likeliest where the copy comes after more than 2 s), or its accept queue "
        "was full for a moment.",
        "the ACK, the copy of the SYN,ACK, and what completed the handshake",
    ),
    Kind(
        "close-wait-stuck",
        "D10",
        (WARNING,),
        "The peer has closed, the kernel has acknowledged it, and for 10 s or more the application has "
        "neither closed nor sent anything.",
        "the FIN and its ACK",
        ": look for a leaked socket, `ss -tanp state close-wait` on the {x}",
    ),
    Kind(
        "half-close",
        "D10",
        (NOTE,),
        "The peer has closed its direction for 10 s or more, and this end goes on sending: a half-close in "
        "use.",
        "the FIN and the newest data",
    ),
    Kind(
        "close-wait-leak",
        "D10",
        (ERROR,),
        "Five connections or more of one port have been in CLOSE_WAIT, and silent, for 10 s or more: the "
        "program loses sockets, and will run out of file descriptors.",
        "the FINs",
        ". `ss -tanp state close-wait` names it",
        host=True,
    ),
    Kind(
        "fin-wait-2",
        "D11",
        (NOTE,),
        "For 5 s or more an end has waited for the peer's FIN. Whether it still takes data tells a "
        "half-close, which may last, from a close(), which the kernel gives up (after 60 s on Linux).",
        "its FIN and the ACK of it",
    ),
    Kind(
        "fin-wait-2-expired",
        "D12",
        (WARNING,),
        "An end has given up waiting for the peer's FIN: by its timer, or as its RST to that FIN shows.",
        "its FIN; where they came, the peer's FIN and the RST",
        ". Look at why the {y} closes so late",
    ),
    Kind(
        "peer-vanished-in-close",
        "D13",
        (WARNING,),
        "A FIN, sent three times or more with doubling gaps, has no answer.",
        "the copies of the FIN",
        ". Is the {y} still up, and does a firewall on the way forget connections too early?",
    ),
    Kind(
        "last-ack-lost",
        "D14",
        (NOTE,),
        "The ACK of the last FIN was lost; the FIN came again, and TIME_WAIT, whose time starts anew, "
        "answered it again.",
        "the lost ACK, the copies of the FIN, the ACK of them",
    ),
    Kind(
        "simultaneous-open",
        "D15",
        (NOTE,),
        "Two SYNs crossed: both ends connected, and nobody was listening. Or a socket connected to itself.",
        "the SYNs",
    ),
    Kind(
        "simultaneous-close",
        "D15",
        (NOTE,),
        "Two FINs crossed: both ends go through CLOSING, if both were still there.",
        "the FINs",
    ),
    Kind(
        "abort",
        "D16",
        (WARNING,),
        "A RST with the connection's own numbers, instead of a FIN or after it: closed with data unread, "
        "with SO_LINGER 0, or crashed.",
        "the RST; where it came before, the FIN",
        ". The log of the {x}'s application should say why",
    ),
    Kind(
        "dead-socket",
        "D17",
        (WARNING, NOTE),
        "A plain RST answers a segment: its sender had no such socket any more. A note where nothing was "
        "lost by it: a connect() given up, a half-open scan, a listening socket closed meanwhile.",
        "the segment and the RST",
        ". Look at why the {x} closes while the {y} still sends",
    ),
    Kind(
        "rst-ignored",
        "D18",
        (NOTE,),
        "A RST had no effect, since its number is not exactly the next one (RFC 5961): in the window it is "
        "answered by a challenge ACK, outside by nothing.",
        "the RST and the challenge ACK",
    ),
    Kind(
        "port-reused-in-time-wait",
        "D19",
        (NOTE,),
        "A new connection on ports that are in TIME_WAIT: accepted, since its numbers or time stamps are "
        "newer, or answered by an ACK and cleared by a RST.",
        "the SYN and what answered it",
    ),
    Kind(
        "time-wait-assassination",
        "D20",
        (WARNING,),
        "A RST with the expected number ended TIME_WAIT before its time (RFC 1337), so segments still under "
        "way may reach the next connection on these ports.",
        "the RST",
        ". `sysctl net.ipv4.tcp_rfc1337=1` on the {x} makes it ignore such a RST",
    ),
    Kind(
        "half-open-found",
        "D21",
        (WARNING,),
        "A SYN met an older connection on the same ports: one end had crashed, or lost its connection "
        "without a word. Its age, and what was not acknowledged, are told where they were seen.",
        "the SYN, the ACK that answers it, the RST that clears it",
        ". Did the {x} restart? Keep-alive finds such connections earlier",
    ),
    Kind(
        "rst-injected",
        "D22",
        (WARNING,),
        "A RST hardly comes from its apparent sender: another TTL (by 2 or more), an IP identification that "
        "cannot be its next, two RSTs a whole number of windows apart, or the sender simply goes on (newer "
        "time stamps, or data right behind it).",
        "the RST, and what gives it away",
        ". A firewall or a third party on the way may have sent it: capture nearer to the {x}, and compare",
    ),
    Kind(
        "zero-window",
        "D23",
        (WARNING,),
        "An end has advertised no room for more than 1 s: its application does not read.",
        "the first zero window, the probes, the window update",
        ". `ss -tnpm` on the {x}: Recv-Q, and the program that should empty it",
    ),
    Kind(
        "zero-window-probe",
        "D24",
        (NOTE,),
        "A segment of a byte or none from below the next number, while the peer has no room: it asks for "
        "room.",
        "the probes",
    ),
    Kind(
        "keep-alive",
        "D24",
        (NOTE,),
        "Such a segment on an idle connection with room: it asks whether the peer is there. The interval is "
        "told.",
        "the probes",
    ),
    Kind(
        "keep-alive-gave-up",
        "D25",
        (ERROR,),
        "Two keep-alive probes or more had no answer, and their sender ended the connection by RST.",
        "the probes and the RST",
        ". Is the {y} up, and does a firewall on the way forget idle connections?",
    ),
    Kind(
        "back-off",
        "D26",
        (WARNING,),
        "The same bytes three times or more, each wait about twice the one before (the first ones of a SYN "
        "may be even): packets or their ACKs are lost, or the peer is gone. The first wait is about the "
        "retransmission timeout.",
        "all copies",
        ". Packets are lost on the way, or the {y} is gone: capture at both ends to see where",
    ),
    Kind(
        "retransmission",
        "D26",
        (NOTE,),
        "Data sent again, and why: after three duplicate ACKs or SACK (fast), one copy of the last segment "
        "after about two round trips (tail loss probe), or by the timer.",
        "the copies",
    ),
    Kind(
        "spurious-retransmission",
        "D27",
        (NOTE,),
        "Bytes sent again although they had arrived: the receiver says so (DSACK), or their ACK was on its "
        "way for less than a round trip.",
        "the ACKs with DSACK, or the copies",
    ),
    Kind(
        "network-duplicate",
        "D27",
        (NOTE,),
        "The receiver says that bytes came twice (DSACK), and the capture holds one transmission of them: "
        "the network doubled the packet, unless the capture missed a copy.",
        "the ACKs with DSACK",
    ),
    Kind(
        "fin-held-by-gap",
        "D28",
        (WARNING, NOTE),
        "A FIN has passed, but bytes before it are missing: the receiver stays in its state until they "
        "come. A note once they have.",
        "the FIN and the ACK below it, or what filled the gap",
        ". The {y} should send them again; where it does not, it is gone, or its copies are lost on the way",
    ),
    Kind(
        "closed-with-backlog",
        "D29",
        (NOTE,),
        "A FIN came at the end of data that had been waiting for more than a round trip: close() may have "
        "been called long before, and the kernel then was in FIN_WAIT_1 (or LAST_ACK) all the time. Packets "
        "have no better hint.",
        "where the sending without a pause began, and the FIN",
    ),
    Kind(
        "isn-predictable",
        "D30",
        (WARNING,),
        "Six SYN,ACKs or more of one host, to different callers, have initial numbers that follow a rule "
        "within 2²⁰: somebody who sees no answer can open a connection in another's name (RFC 6528).",
        "the SYN,ACKs",
        ". Update its system",
        host=True,
    ),
    Kind(
        "blind-spoofing",
        "D31",
        (ERROR, WARNING),
        "The pattern of Mitnick's attack: guessable numbers, probes that take their SYN back, a third host "
        "silenced by a flood, a connection in its name whose SYN,ACK it cannot have answered, data behind. "
        "Three of the five are a warning, all an error.",
        "the probes and the forged connection",
        ". Trust no address: end what relies on it (rsh, rlogin, .rhosts), and look at what {x} was told",
        host=True,
    ),
    Kind(
        "fast-open",
        "D32",
        (NOTE,),
        "The SYN carried data, and the SYN,ACK acknowledges them.",
        "the SYN and the SYN,ACK",
    ),
    Kind(
        "fast-open-fell-back",
        "D32",
        (NOTE,),
        "The SYN carried data, and the SYN,ACK acknowledges only the SYN: they must come again.",
        "the SYN and the SYN,ACK",
    ),
    Kind(
        "syn-options-changed",
        "D33",
        (WARNING, NOTE),
        "Two copies of a SYN offer different options: something on the way changes them. A note where the "
        "later one only offers less (Fast Open, ECN, window scaling), as systems do by themselves.",
        "both copies",
        ". Capture at both ends: what one sends and the other does not get was changed by something between",
    ),
    Kind(
        "mss-zero",
        "D33",
        (WARNING,),
        "A SYN offers a maximum segment size of 0, which no system does.",
        "the SYN",
        ". Something on the way, or the {x}'s driver, breaks it",
    ),
    Kind(
        "no-window-scaling",
        "D33",
        (NOTE,),
        "The SYN offers window scaling and the SYN,ACK does not take it, though it has other options of the "
        "kind: no window is larger than 64 kB.",
        "the SYN and the SYN,ACK",
        ". An old system, `sysctl net.ipv4.tcp_window_scaling`, or something on the way that strips it",
    ),
    Kind(
        "capture-incomplete",
        "D34",
        (NOTE,),
        "Something was acknowledged that the capture does not hold: states that follow from it are assumed.",
        "the ACKs of it",
    ),
    Kind(
        "one-sided",
        "D34",
        (NOTE,),
        "Only one direction is in the capture: the other end's states are inferred from what it is answered.",
        "the first frame and the newest ACK",
        ". Capture where both directions pass (asymmetric routing, mirror of one direction?)",
    ),
    Kind(
        "captured-twice",
        "D35",
        (NOTE,),
        "More than 30 % of the frames are exact copies within 150 ms (three at least): they are not taken "
        "for retransmissions.",
        "the first such frame and its copy",
        ". Capture on one interface",
    ),
    Kind(
        "clock-set-back",
        "D35",
        (NOTE,),
        "A frame is more than 10 ms older than the one before it: the clock was set, or captures were "
        "joined out of order. Durations over that place are wrong.",
        "both frames",
        ". `mergecap` and `reordercap` put joined captures in order",
    ),
)

KINDS = {kind.id: kind for kind in _KINDS}


def say(
    flow: Case,
    x: int,
    id: str,
    packets: Iterable[int],
    sentence: str,
    *,
    severity: Severity | None = None,
    advise: bool = True,
) -> Diagnosis:
    """What a rule found about endpoint `x` of a flow, with the advice of its kind."""
    names = {"x": flow.name(x), "y": flow.name(1 - x)}
    return KINDS[id].diagnosis(packets, sentence, severity=severity, advise=advise, **names)


def markdown_table() -> str:
    """The table of all kinds, for docs/diagnoses.md."""
    lines = ["| id | | severity | what it means | what proves it | what to do |", "|---|---|---|---|---|---|"]
    for kind in _KINDS:
        severity = ", ".join(one.value for one in kind.severities)
        scope = " (host)" if kind.host else ""
        cells = (f"`{kind.id}`{scope}", kind.number, severity, kind.means, kind.proof, _to_do(kind))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _to_do(kind: Kind) -> str:
    """The advice as a sentence of its own; X is who the diagnosis is about, Y its peer."""
    words = kind.advice.lstrip(".: ").format(x="X", y="Y").replace("the X", "X").replace("the Y", "Y")
    return words[:1].upper() + words[1:]
