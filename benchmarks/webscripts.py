"""Scripts of web-like conversations, by kind.

A connection carries one to many requests (keep-alive: geometric, 2 on average), of some hundred octets
each, answered with a heavy-tailed response (Pareto, median 3 kB, cut at 400 kB). Round trips are
log-normal around 25 ms; a third of the paths is IPv6; six in ten have timestamps, three in ten SACK and
window scaling alone, one has a bare MSS. That makes about 34 packets a flow.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from benchmarks.conversation import Exchange, Path, Script


class Kind(NamedTuple):
    """share: of all flows. ending: see Script. together: both FINs in three segments. lossy: it loses."""

    share: float
    ending: str
    together: bool = False
    lossy: bool = False


KINDS = {
    "closed by client": Kind(0.38, "client"),
    "closed by server": Kind(0.19, "server"),
    "closed in three segments": Kind(0.10, "client", together=True),
    "reset by client": Kind(0.04, "client reset"),
    "reset by server": Kind(0.03, "server reset"),
    "refused": Kind(0.04, "refused"),
    "unanswered": Kind(0.02, "unanswered"),
    "lossy, closed by client": Kind(0.08, "client", lossy=True),
    "lossy, closed by server": Kind(0.06, "server", lossy=True),
    "lossy, closed in three segments": Kind(0.02, "client", together=True, lossy=True),
    "left open": Kind(0.04, "open"),
}
"""Other shares are asked for by name; what is given is scaled to 1."""

LOSS = (0.01, 0.05)
"""Of the segments, on the lossy paths; in the middle of this on average."""


def path(kind: Kind, v6: bool, chance: random.Random) -> Path:
    """A path for a conversation of this kind."""
    style = chance.random()
    return Path(
        rtt=min(0.4, max(0.0004, chance.lognormvariate(-3.7, 0.9))),
        vantage=chance.choice((0.02, 0.5, 0.98)) if kind.lossy else chance.uniform(0.02, 0.98),
        loss=chance.uniform(*LOSS) if kind.lossy else 0.0,
        rate=chance.choice((2e7, 1e8, 1e9)),
        mss=1440 if v6 else 1460,
        stamps=style < 0.6,
        scaled=style < 0.9,
    )


def script(kind: Kind, chance: random.Random) -> Script:
    """What is said over it."""
    requests = 1
    while requests < 30 and chance.random() < 0.5:
        requests += 1
    exchanges = tuple(
        Exchange(
            think=0.0002 if number == 0 else min(15.0, chance.lognormvariate(-0.5, 1.2)),
            request=int(min(6000, chance.lognormvariate(6.2, 0.6))),
            service=chance.lognormvariate(-4.5, 1.0),
            response=int(min(400_000, 1250 * chance.paretovariate(0.87))),
        )
        for number in range(requests)
    )
    lag = 0.0 if kind.together else chance.uniform(0.0003, 0.05)
    return Script(exchanges, kind.ending, lag)
