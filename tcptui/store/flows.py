"""The 4-tuples of a capture: which rows belong to which pair of endpoints, and who sent them.

Limits: a pair is two addresses and two ports, on whatever interface and in whatever VLAN they were seen. Its
lives (one 4-tuple used again) are not told apart here.
"""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tcptui.dataclass import dataclass
from tcptui.store.digest import Digest
from tcptui.store.headers import Ints
from tcptui.store.intern import Interner
from tcptui.store.rowindex import ALL, Grouping, RowIndex, Touched, grown


@dataclass(frozen=True, slots=True)
class Address:
    """An endpoint: "1.2.3.4:80", "[::1]:80"."""

    ip: str
    port: int

    def __str__(self) -> str:
        return f"[{self.ip}]:{self.port}" if ":" in self.ip else f"{self.ip}:{self.port}"


_WORD = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Both ends of many pairs as columns: (upper and lower word of the address, port) each.

    client: who sent the pair's first packet. IPv4 addresses are mapped into IPv6 (::ffff:a.b.c.d).
    """

    client: list[NDArray[np.uint64]]
    server: list[NDArray[np.uint64]]

    def client_text(self, at: int, *, port: bool = True) -> str:
        """ "10.0.0.1:40000", or the address alone."""
        return _text(self.client, at, port)

    def server_text(self, at: int, *, port: bool = True) -> str:
        """The same of the other end."""
        return _text(self.server, at, port)

    def texts(self) -> tuple[list[str], list[str]]:
        """All of them, clients and servers."""
        return _texts(self.client), _texts(self.server)


def _texts(end: list[NDArray[np.uint64]]) -> list[str]:
    """Addresses with ports; each different one is put into words once."""
    number, first = Interner(len(end)).numbers(end)
    upper, lower, port = (word[first] for word in end)
    mapped = _is_four(upper, lower)
    found = np.empty(len(port), object)
    found[mapped] = _texts_of_four(lower[mapped], port[mapped])
    found[~mapped] = _texts_of_six(upper[~mapped], lower[~mapped], port[~mapped])
    texts: list[str] = found[number].tolist()
    return texts


def _is_four(upper: NDArray[np.uint64], lower: NDArray[np.uint64]) -> NDArray[np.bool_]:
    is_four: NDArray[np.bool_] = (upper == 0) & (lower >> np.uint64(32) == 0xFFFF)
    return is_four


def _texts_of_four(addresses: NDArray[np.uint64], ports: NDArray[np.uint64]) -> list[str]:
    hosts = map(socket.inet_ntoa, addresses.astype(">u4").view("V4").tolist())
    return [f"{host}:{port}" for host, port in zip(hosts, ports.tolist(), strict=True)]


def _texts_of_six(
    upper: NDArray[np.uint64], lower: NDArray[np.uint64], ports: NDArray[np.uint64]
) -> list[str]:
    raw = np.stack((upper, lower), axis=1).astype(">u8").tobytes()
    words = (raw[at : at + 16] for at in range(0, len(raw), 16))
    hosts = (socket.inet_ntop(socket.AF_INET6, word) for word in words)
    return [f"[{host}]:{port}" for host, port in zip(hosts, ports.tolist(), strict=True)]


def _text(end: list[NDArray[np.uint64]], at: int, port: bool) -> str:
    upper, lower, number = (int(word[at]) for word in end)
    address = _address(upper, lower, number)
    return str(address) if port else address.ip


def _address(upper: int, lower: int, port: int) -> Address:
    mapped = upper == 0 and lower >> 32 == 0xFFFF
    return Address(_ipv4(lower & 0xFFFFFFFF) if mapped else _ipv6(upper, lower), port)


def words_of(ip: str) -> tuple[int, int]:
    """An address as Endpoints has it: upper and lower word, IPv4 mapped into IPv6."""
    address = ipaddress.ip_address(ip)
    number = int(address) if address.version == 6 else 0xFFFF << 32 | int(address)
    return number >> 64, number & _WORD


class PairTable:
    """Pairs of endpoints, numbered from 0 in order of their first packet.

    One writer (the store). Readers may ask, at any time, about pairs below `n`.
    """

    def __init__(self) -> None:
        self.n = 0
        self._four, self._six = Interner(2), Interner(5)  # the keys are those of `digest.Keys`
        self._pair_of_four = np.zeros(1024, np.int32)
        self._pair_of_six = np.zeros(16, np.int32)
        # By pair: number in its interner << 2 | is IPv6 << 1 | the higher endpoint sent the first packet.
        self._entry = np.zeros(1024, np.int64)
        self._index = RowIndex()
        self.forget_touched()

    @property
    def nbytes(self) -> int:
        """Memory that the pairs and the index of their rows take."""
        columns: tuple[NDArray[Any], ...] = (self._pair_of_four, self._pair_of_six, self._entry)
        tables = self._four.nbytes + self._six.nbytes + self._index.nbytes
        return sum(column.nbytes for column in columns) + tables

    def only(self, pairs: Ints) -> PairTable:
        """A new table of some of the pairs, in this order, as yet without rows."""
        new = PairTable()
        entry = self._entry[pairs]
        number, is_six = entry >> 2, (entry & 2) != 0
        new._four, new._six = self._four.only(number[~is_six]), self._six.only(number[is_six])
        renumbered = np.empty(len(pairs), np.int64)
        renumbered[~is_six], renumbered[is_six] = np.arange(new._four.n), np.arange(new._six.n)
        new._entry = grown(new._entry, len(pairs))
        new._entry[: len(pairs)] = renumbered << 2 | entry & 3
        new._pair_of_four = grown(new._pair_of_four, new._four.n)
        new._pair_of_six = grown(new._pair_of_six, new._six.n)
        pair = np.arange(len(pairs), dtype=np.int32)
        new._pair_of_four[: new._four.n], new._pair_of_six[: new._six.n] = pair[~is_six], pair[is_six]
        new.n = len(pairs)
        return new

    def ends(self, pair: int) -> tuple[Address, Address]:
        """Both endpoints; [0] sent the pair's first packet."""
        entry = int(self._entry[pair])
        if entry & 2:
            a0, a1, b0, b1, ports = self._six.key(entry >> 2)
            low = Address(_ipv6(a0, a1), ports >> 16)
            high = Address(_ipv6(b0, b1), ports & 0xFFFF)
        else:
            a, b = self._four.key(entry >> 2)
            low, high = Address(_ipv4(a >> 16), a & 0xFFFF), Address(_ipv4(b >> 16), b & 0xFFFF)
        return (high, low) if entry & 1 else (low, high)

    def endpoints(self, pairs: Ints) -> Endpoints:
        """Both ends of many pairs, as columns."""
        entry = self._entry[pairs]
        swapped, number = (entry & 1) != 0, entry >> 2
        six = np.flatnonzero(entry & 2)
        four = np.flatnonzero((entry & 2) == 0) if six.size else slice(None)
        low, high = self._four.columns(number[four])
        first = _spread(np.where(swapped[four], high, low), four, len(pairs))
        second = _spread(np.where(swapped[four], low, high), four, len(pairs))
        if six.size:
            a0, a1, b0, b1, ports = self._six.columns(number[six])
            lower, higher = (a0, a1, ports >> np.uint64(16)), (b0, b1, ports & np.uint64(0xFFFF))
            for at, (one, other) in enumerate(zip(lower, higher, strict=True)):
                first[at][six] = np.where(swapped[six], other, one)
                second[at][six] = np.where(swapped[six], one, other)
        return Endpoints(first, second)

    def same_socket(self, pair: int) -> bool:
        """True where both endpoints are one address and port: a socket connected to itself."""
        one, other = self.ends(pair)
        return one == other

    def rows(self, pair: int, begin: int = 0, end: int = ALL) -> Ints:
        """Rows of the pair in capture order, from its row `begin` on, counted from 0, up to `end`."""
        return self._index.rows(pair, begin, end)

    def pieces(self, pair: int, begin: int = 0, end: int = ALL) -> Iterator[Ints]:
        """The same, some ten thousand rows at a time."""
        return self._index.pieces(pair, begin, end)

    def count(self, pair: int) -> int:
        """How many rows the pair has."""
        return self._index.count(pair)

    def count_before(self, pair: int, row: int) -> int:
        """How many of the pair's rows are before a row of the store."""
        return self._index.count_before(pair, row)

    def counts(self) -> Ints:
        """How many rows each pair has."""
        return self._index.counts(self.n)

    def lasts(self) -> Ints:
        """The last row of each pair."""
        return self._index.lasts(self.n)

    def forget_touched(self) -> None:
        """`touched` is to give none until the next append."""
        self._touched = Touched(*(np.zeros(size, np.int64) for size in (0, 1, 0)))

    def touched(self) -> Touched:
        """The pairs that got rows in the last append."""
        return self._touched

    def identify(self, found: Digest) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """The pair of each pair of a batch, and which end of it is the higher one (0 or 1); new pairs get
        numbers, in order of their first rows."""
        high = found.first_high
        pair = np.empty(len(high), np.int32)
        four, new_four = self._four.numbers(found.four.words)
        six, new_six = self._six.numbers(found.six.words)
        entries = [
            np.arange(self._four.n - len(new_four), self._four.n) << 2,
            np.arange(self._six.n - len(new_six), self._six.n) << 2 | 2,
        ]
        self._enter(
            np.concatenate((found.four.pair[new_four], found.six.pair[new_six])),
            np.concatenate(entries),
            high,
        )
        pair[found.four.pair] = self._pair_of_four[four]
        pair[found.six.pair] = self._pair_of_six[six]
        return pair, (1 - (self._entry[pair] & 1)).astype(np.uint8)

    def find(
        self, version: int, source: tuple[int, int], destination: tuple[int, int]
    ) -> tuple[int, int] | None:
        """The pair of these endpoints, (address as a number, port) each, and which of them `source` is.

        None when no segment of theirs has been seen.
        """
        (low, low_port), (high, high_port) = sorted((source, destination))
        if version == 4:
            number = self._four.find((low << 16 | low_port, high << 16 | high_port))
            pair = self._pair_of_four[number] if number is not None else None
        else:
            words = (low >> 64, low & _WORD, high >> 64, high & _WORD)
            number = self._six.find((*words, low_port << 16 | high_port))
            pair = self._pair_of_six[number] if number is not None else None
        if pair is None:
            return None
        return int(pair), int((source > destination) != bool(self._entry[pair] & 1))

    def publish(self, rows: Grouping, first_row: int) -> None:
        """Rows from `first_row` on belong to these pairs; from now on readers see them."""
        self._touched = self._index.add(rows, first_row, self.n)

    def _enter(self, place: Ints, entry: Ints, high: NDArray[np.bool_]) -> None:
        """Numbers the new pairs of both families together, in order of their places in the batch."""
        if not len(place):
            return
        order = np.argsort(place)
        place, entry = place[order], entry[order]
        before, after = self.n, self.n + len(place)
        self._entry = grown(self._entry, after)
        self._entry[before:after] = entry | high[place]
        number, is_six = entry >> 2, (entry & 2) != 0
        pair = np.arange(before, after, dtype=np.int32)
        self._pair_of_four = grown(self._pair_of_four, self._four.n)
        self._pair_of_six = grown(self._pair_of_six, self._six.n)
        self._pair_of_four[number[~is_six]] = pair[~is_six]
        self._pair_of_six[number[is_six]] = pair[is_six]
        self.n = after


def _spread(words: NDArray[np.uint64], at: slice | Ints, count: int) -> list[NDArray[np.uint64]]:
    """IPv4 endpoints, address << 16 | port, as Endpoints has them, at these places among `count`."""
    whole = [
        np.zeros_like(words),
        words >> np.uint64(16) | np.uint64(0xFFFF << 32),
        words & np.uint64(0xFFFF),
    ]
    if isinstance(at, slice):
        return whole
    columns = [np.zeros(count, np.uint64) for _ in whole]
    for column, values in zip(columns, whole, strict=True):
        column[at] = values
    return columns


def _ipv4(number: int) -> str:
    return socket.inet_ntop(socket.AF_INET, struct.pack(">I", number))


def _ipv6(upper: int, lower: int) -> str:
    return socket.inet_ntop(socket.AF_INET6, struct.pack(">QQ", upper, lower))
