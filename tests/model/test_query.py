from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui.model.flowlist import FlowRow
from tcptui.model.query import parse
from tcptui.store.flows import Address
from tcptui.tcp.states import State
from tests.support.flowrows import Flow

SECOND = 1_000_000_000

STUCK = FlowRow(
    Flow(2, (Address("127.0.0.1", 39872), Address("127.0.0.1", 9502)), payload=(1200, 0)),
    "server has not closed",
    143_100_000_000,
)
OPEN = FlowRow(
    Flow(
        13,
        (Address("2001:db8::1", 40000), Address("2001:db8::2", 443)),
        client=1,
        packets=(2000, 0),
        payload=(0, 0),
        end_ns=100 * SECOND,
        states=(State.ESTABLISHED, State.SYN_SENT),
    ),
    "open",
    100 * SECOND,
)


@pytest.mark.parametrize(
    ("text", "stuck", "opened"),
    [
        ("", True, True),
        ("state:close_wait", True, False),
        ("state:CLOSE-WAIT", True, False),
        ("state:fin_wait", True, False),
        ("state:estab", False, True),
        ("state:closed", False, False),
        ("state:last_ack,syn_sent", False, True),
        ("client:fin_wait_2", True, False),
        ("client:close_wait", False, False),
        ("client:syn_sent server:established", False, True),
        ("server:127.0.0.1:9502", True, False),
        ("client:2001:db8::2", False, True),
        ("client:[2001:db8::2]:443", False, True),
        ("host:127.0.0.1", True, False),
        ("host:127.", True, False),
        ("host:127.0.0.0/8", True, False),
        ("host:2001:DB8:0::1", False, True),
        ("host:2001:db8::/32", False, True),
        ("port:9502", True, False),
        ("port:9500-9600", True, False),
        ("port:<1000", False, True),
        ("quiet:>60s", True, False),
        ("quiet:>60", True, False),
        ("quiet:>1m", True, False),
        ("quiet:>=100000ms", True, False),
        ("quiet:<1s", False, True),
        ("packets:>10", False, True),
        ("packets:>1k", False, True),
        ("packets:9", True, False),
        ("bytes:>1k", True, False),
        ("bytes:0", False, True),
        ("duration:>1.5m", False, True),
        ("flow:13", False, True),
        ("verdict:not", True, False),
        ('verdict:"not closed"', True, False),
        ('"has not"', True, False),
        ("9502", True, False),
        ("CLOSED", True, False),
        ("2001:db8::1", False, True),
        ("-state:close_wait", False, True),
        ("!port:9502", False, True),
        ("not port:9502", False, True),
        ("not -port:9502", True, False),
        ("state:close_wait quiet:>60s port:9502", True, False),
        ("state:close_wait port:443", False, False),
    ],
)
def test_a_filter_lets_through(text: str, stuck: bool, opened: bool) -> None:
    query = parse(text)
    assert query.error is None
    assert (query.matches(STUCK), query.matches(OPEN)) == (stuck, opened)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("state:sleepy", "no state sleepy"),
        ("state:", "needs a value"),
        ("colour:red", "no field colour"),
        ("port:http", "no number: http"),
        ("quiet:>60x", "no unit x"),
        ("host:10.0.0.0/99", "no network"),
        ("packets:>", "no number"),
        ("not", "a word must follow"),
        ("-", "an empty word"),
        ('""', "an empty word"),
    ],
)
def test_a_mistake_is_told_and_lets_everything_through(text: str, words: str) -> None:
    query = parse(text)
    assert query.error is not None and words in query.error
    assert query.matches(STUCK) and query.matches(OPEN)


@given(
    st.text(st.sampled_from('stae:close_wait quiet>60.-!"/[]not port9 host'), max_size=40)
    | st.text(max_size=40)
)
def test_no_text_raises(text: str) -> None:
    query = parse(text)
    assert query.matches(STUCK) in (True, False)
    assert query.text == text
