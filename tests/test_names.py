"""Names instead of numbers."""

from __future__ import annotations

import threading
import time

import pytest

from tcptui.names import NamedAddress, Names
from tcptui.store.flows import Address


def test_a_name_is_shown_when_it_is_known_and_the_number_until_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getnameinfo", lambda address, flags: ("loghost", "0"))
    monkeypatch.setattr("socket.getservbyport", lambda port, protocol: "http")
    names = Names()
    address = Address("192.0.2.1", 80)
    assert str(names.of(address)) in ("192.0.2.1:80", "loghost:http")
    while names.pending:
        time.sleep(0.001)
    found = names.of(address)
    assert isinstance(found, NamedAddress)
    assert (str(found), found.ip, found.port) == ("loghost:http", "192.0.2.1", 80)
    assert names.known == 1


def test_an_address_without_a_name_keeps_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(address: object, flags: int) -> tuple[str, str]:
        raise OSError("no name server")

    monkeypatch.setattr("socket.getnameinfo", fail)
    names = Names()
    names.of(Address("::1", 65535))
    while names.pending:
        time.sleep(0.001)
    assert str(names.of(Address("::1", 65535))) == "[::1]:65535"


def test_a_host_is_asked_for_once_however_many_ports_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def answer(address: object, flags: int) -> tuple[str, str]:
        asked.append(address)
        return "loghost", "0"

    monkeypatch.setattr("socket.getnameinfo", answer)
    names = Names()
    for port in range(60000, 60010):
        names.of(Address("192.0.2.1", port))
    names.wait(10)
    assert str(names.of(Address("192.0.2.1", 60009))) == "loghost:60009"
    assert asked == [("192.0.2.1", 0)]


def test_a_name_server_that_does_not_answer_is_not_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = threading.Event()
    monkeypatch.setattr("socket.getnameinfo", lambda address, flags: (str(dead.wait(60)), "0"))
    names = Names()
    names.of(Address("192.0.2.1", 80))
    names.wait(0.01)
    assert names.pending == 1
    dead.set()
