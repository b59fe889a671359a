"""The catalog has all diagnoses that there are; each has a case that triggers it and one that comes close."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tcptui.tcp.diagnoses.catalog import KINDS, Kind, markdown_table, say
from tcptui.tcp.diagnosis import RULES, Severity
from tcptui.tcp.finding import case
from tcptui.tcp.timers import PROFILES
from tests.hosts import test_book as hosts
from tests.support.conversation import OPEN, diagnosed, talk
from tests.support.source import modules
from tests.tcp.diagnoses import test_closing as closing
from tests.tcp.diagnoses import test_halfway as halfway
from tests.tcp.diagnoses import test_opening as opening
from tests.tcp.diagnoses import test_resets as resets
from tests.tcp.diagnoses import test_transfer as transfer

CASES = (opening, halfway, closing, resets, transfer, hosts)
TRIGGERS = {name: where for where in CASES for name in where.TRIGGERS}

LIST = {f"D{n}" for n in range(1, 36)}


@pytest.mark.parametrize("id", KINDS)
def test_each_diagnosis_has_a_trigger_and_a_near_miss(id: str) -> None:
    assert id in TRIGGERS
    assert any(case[0] == id for where in CASES for case in where.CLOSE)


def test_nothing_else_is_triggered_or_missed() -> None:
    assert set(TRIGGERS) == set(KINDS)
    assert {case[0] for where in CASES for case in where.CLOSE} == set(KINDS)


def test_all_of_the_list_are_there_and_ids_are_words_for_scripts() -> None:
    assert {kind.number for kind in KINDS.values()} == LIST
    for id in KINDS:
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", id)


def test_what_the_rules_say_is_in_the_catalog_and_the_other_way_round() -> None:
    assert set(said()) == set(KINDS)


def said() -> Iterator[str]:
    """The ids in the source: what `say` is called with, and what KINDS is asked for."""
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                yield from strings(node.args[2])
            elif (
                isinstance(node, ast.Subscript)
                and isinstance(node.value, ast.Name)
                and node.value.id == "KINDS"
            ):
                yield from strings(node.slice)
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "id_":
                yield from strings(node.value)


def strings(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from strings(node.body)
        yield from strings(node.orelse)


def test_each_number_of_a_rule_is_that_of_its_kind() -> None:
    numbers = {rule.__doc__.split()[0].strip(":,") for rule in RULES if rule.__doc__}
    assert numbers == {kind.number for kind in KINDS.values() if not kind.host}


@pytest.mark.parametrize("id", [kind.id for kind in KINDS.values() if not kind.host])
def test_a_trigger_has_the_severity_of_the_catalog_and_its_advice(id: str) -> None:
    text, later, _ = TRIGGERS[id].TRIGGERS[id]
    found = diagnosed(text, later)[id]
    assert found.severity in KINDS[id].severities
    advice = {KINDS[id].advice.format(x=x, y=y) for x, y in (("client", "server"), ("server", "client"))}
    if found.severity is not Severity.NOTE:
        assert KINDS[id].advice and any(found.text.endswith(words) for words in advice)


def test_problems_say_what_to_do() -> None:
    for kind in KINDS.values():
        assert kind.advice or kind.severities == (Severity.NOTE,), kind.id
        assert kind.means.endswith(".") and kind.proof and not kind.advice.endswith(".")


def test_advice_names_who_it_is_about() -> None:
    said = talk(OPEN)
    flow = case(said.history, said.facts, said.now)
    found = say(flow, 1, "abort", (3, 1, 3), "server aborted")
    assert found.text == "server aborted. The log of the server's application should say why"
    assert found.packets == (1, 3) and found.severity is Severity.WARNING
    assert say(flow, 0, "abort", (1,), "so", advise=False).text == "so"


def test_a_kind_about_a_host_has_its_name() -> None:
    kind = Kind("x", "D1", (Severity.ERROR,), "So.", "that", ": look at {x}", host=True)
    assert kind.diagnosis((1,), "so", x="10.0.0.1").text == "so: look at 10.0.0.1"


def test_the_table_has_a_row_for_each() -> None:
    rows = markdown_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == list(KINDS)
    assert all(row.count(" | ") == 5 for row in rows)


# -- the timers of the profile, in words -------------------------------------------------------------

WAITS = closing.HALF_CLOSED, 6, "fin-wait-2"
VANISHED = closing.VANISHED, 0.5, "peer-vanished-in-close"


@pytest.mark.parametrize(
    ("name", "case", "words"),
    [
        ("linux", WAITS, "the kernel forgets it after 1 min 0 s"),
        ("bsd", WAITS, "the kernel forgets it after 1 min 0 s"),
        ("rfc", WAITS, "There is no limit by RFC 9293"),
        ("linux", VANISHED, "the kernel gives up after 1 min 50 s"),
        ("bsd", VANISHED, "has no answer. Is"),
        ("rfc", VANISHED, "has no answer. Is"),
    ],
)
def test_a_text_names_the_timers_of_the_profile(name: str, case: tuple[str, float, str], words: str) -> None:
    text, later, id = case
    assert words in diagnosed(text, later, PROFILES[name])[id].text


def test_no_other_text_names_a_time() -> None:
    """What is said at run time takes durations from packets and profiles; the catalog has thresholds only."""
    for kind in KINDS.values():
        assert not any(char.isdigit() for char in kind.advice.replace("ipv4", "").replace("rfc1337=1", "")), (
            kind.id
        )
