"""Names instead of numbers."""

from __future__ import annotations

import time

import pytest

from tcptui.names import NamedAddress, Names
from tcptui.store.flows import Address


def test_a_name_is_shown_when_it_is_known_and_the_number_until_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getnameinfo", lambda address, flags: ("loghost", "http"))
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
    names.of(Address("::1", 22))
    while names.pending:
        time.sleep(0.001)
    assert str(names.of(Address("::1", 22))) == "[::1]:22"
