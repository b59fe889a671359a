"""libpcap's devices, filters and capture files, as far as they are needed here.

Packets never pass through Python: `Capture.dispatch` hands libpcap's own `pcap_dump` to
`pcap_dispatch` as its callback, and ctypes lets go of the interpreter's lock meanwhile.

Limits: one thread at a time may use a Capture and its Dump, except for `Capture.interrupt`.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from tcptui.capture.bindings import library
from tcptui.capture.spool import reason
from tcptui.dataclass import dataclass
from tcptui.errors import CaptureError

SNAPLEN = 262144
"""Bytes kept of a packet, tcpdump's default: more than any packet has."""

BUFFER_SIZE = 1 << 18
_IONBF, _IOFBF = 2, 0  # setvbuf: none, full
_NANO = 1  # of PCAP_TSTAMP_PRECISION_
_ERROR, _BREAK, _NO_DEVICE, _PERM, _NOT_UP, _PROMISC_PERM = -1, -2, -5, -8, -9, -11
_PROMISC_NOTSUP = 2
_IF_UP = 2
_SLL2 = 276  # of LINKTYPE_ and DLT_


@dataclass(frozen=True, slots=True)
class Interface:
    """A device that libpcap can listen on. `addresses` are its IPv4 and IPv6 addresses."""

    name: str
    description: str
    up: bool
    addresses: tuple[str, ...]


def available() -> bool:
    """Whether libpcap is installed."""
    try:
        library()
    except CaptureError:
        return False
    return True


def interfaces() -> list[Interface]:
    """The devices, in libpcap's order, which is the order that `tcpdump -D` numbers from 1."""
    w = library().w
    first = ctypes.POINTER(w.pcap_if_t)()
    message = ctypes.create_string_buffer(w.PCAP_ERRBUF_SIZE)
    if w.pcap_findalldevs(ctypes.byref(first), message) != 0:
        raise CaptureError(f"cannot list the devices: {_words(message.value)}")
    try:
        return [_interface(w, device) for device in _chain(first)]
    finally:
        w.pcap_freealldevs(first)


def _interface(w: Any, device: Any) -> Interface:
    addresses = [_address(w, item.addr) for item in _chain(device.addresses)]
    return Interface(
        os.fsdecode(device.name),
        (device.description or b"").decode(errors="replace"),
        bool(device.flags & _IF_UP),
        tuple(address for address in addresses if address),
    )


def _chain(node: Any) -> Any:
    """Walk a linked list of C structures."""
    while node:
        yield node.contents
        node = node.contents.next


def _address(w: Any, pointer: Any) -> str | None:
    if not pointer:
        return None
    family = pointer.contents.sa_family
    if family == socket.AF_INET:
        v4 = ctypes.cast(pointer, ctypes.POINTER(w.sockaddr_in)).contents
        return socket.inet_ntop(socket.AF_INET, bytes(v4.sin_addr))
    if family == socket.AF_INET6:
        v6 = ctypes.cast(pointer, ctypes.POINTER(w.sockaddr_in6)).contents
        return socket.inet_ntop(socket.AF_INET6, bytes(v6.sin6_addr))
    return None


def check_filter(text: str, linktypes: tuple[int, ...] = (1, 12, 113, 105)) -> None:
    """CaptureError, with libpcap's words, when `text` is a filter on none of these DLT_ link types.

    For input whose link type is not known yet: Ethernet, raw IP, Linux cooked, 802.11.
    """
    w = library().w
    first_error: CaptureError | None = None
    for linktype in linktypes:
        capture = Capture(w.pcap_open_dead(linktype, SNAPLEN), "")
        try:
            capture.set_filter(text, install=False)
            return
        except CaptureError as error:
            first_error = first_error or error
        finally:
            capture.close()
    if first_error:
        raise first_error


class Capture:
    """An open libpcap handle: a device, or a stream of a capture file."""

    def __init__(self, handle: Any, name: str) -> None:
        self._w = library().w
        self._handle = handle
        self.name = name
        self.notices: list[str] = []
        self._closing = threading.Lock()

    @classmethod
    def open_device(
        cls, device: str, *, snaplen: int = SNAPLEN, promiscuous: bool = True, buffer: int, timeout_ms: int
    ) -> Capture:
        """Open a device without blocking reads, with nanosecond time stamps where it has them.

        buffer: bytes of the kernel's ring. timeout_ms: how long the kernel may hold packets back.
        CaptureError with the way out: no permission, no such device, device down.
        """
        pcap = library()
        w = pcap.w
        message = ctypes.create_string_buffer(w.PCAP_ERRBUF_SIZE)
        handle = w.pcap_create(os.fsencode(device), message)
        if not handle:
            raise CaptureError(
                f"cannot listen on {device}: {_words(message.value)}", "tcptui -D lists the devices"
            )
        capture = cls(handle, device)
        try:
            w.pcap_set_snaplen(handle, snaplen)
            w.pcap_set_promisc(handle, int(promiscuous and device != "any"))
            w.pcap_set_buffer_size(handle, buffer)
            w.pcap_set_timeout(handle, timeout_ms)
            pcap.set_precision(handle, _NANO)  # a device without keeps microseconds
            capture._activated(w.pcap_activate(handle))
            if device == "any":
                w.pcap_set_datalink(handle, _SLL2)  # says which device it was; an old libpcap has SLL
            if w.pcap_setnonblock(handle, 1, message) != 0:
                raise CaptureError(f"cannot listen on {device}: {_words(message.value)}")
            _keep_from_children(capture.fileno())
        except CaptureError:
            capture.close()
            raise
        return capture

    @classmethod
    def open_stream(cls, fd: int, name: str) -> Capture:
        """Read a capture file from a descriptor, which the Capture owns from now on.

        Blocks until the file's header is there. CaptureError when there is none.
        """
        pcap = library()
        stream = pcap.stream(fd, b"rb")
        message = ctypes.create_string_buffer(pcap.w.PCAP_ERRBUF_SIZE)
        handle = pcap.open_stream(stream, _NANO, message)
        if not handle:
            pcap.fclose(stream)
            raise CaptureError(f"cannot read {name}: {_words(message.value)}")
        return cls(handle, name)

    def _activated(self, status: int) -> None:
        if status == _PROMISC_NOTSUP:
            self.notices.append(f"{self.name} has no promiscuous mode: only this host's packets are seen")
        if status >= 0:
            return
        device = self.name
        if status in (_PERM, _PROMISC_PERM):
            raise CaptureError(
                f"cannot listen on {device}: permission denied",
                f"run it with sudo, or: sudo tcpdump -i {device} -U -w - | tcptui -r -",
            )
        if status == _NO_DEVICE:
            raise CaptureError(f"cannot listen on {device}: no such device", "tcptui -D lists the devices")
        if status == _NOT_UP:
            raise CaptureError(f"cannot listen on {device}: it is down", f"ip link set {device} up")
        raise CaptureError(f"cannot listen on {device}: {self._complaint(status)}")

    def _complaint(self, status: int) -> str:
        text = self._w.pcap_geterr(self._handle) if status == _ERROR else b""
        return _words(text or self._w.pcap_statustostr(status))

    def set_filter(self, text: str, *, install: bool = True) -> None:
        """Compile a BPF filter and let only what it matches through. CaptureError with libpcap's words."""
        from scapy.libs.structures import bpf_program

        program = bpf_program()
        if "\0" in text:
            raise CaptureError("filter: it contains a zero byte")
        # No netmask is known for `any` or a file: only "ip broadcast" would need it.
        if self._w.pcap_compile(self._handle, ctypes.byref(program), os.fsencode(text), 1, -1) != 0:
            raise CaptureError(f"filter {text!r}: {self._complaint(_ERROR)}", "see man pcap-filter")
        try:
            if install and self._w.pcap_setfilter(self._handle, ctypes.byref(program)) != 0:
                raise CaptureError(f"filter {text!r}: {self._complaint(_ERROR)}")
        finally:
            self._w.pcap_freecode(ctypes.byref(program))

    def fileno(self) -> int:
        """A descriptor that polls readable when a device has packets."""
        return int(self._w.pcap_get_selectable_fd(self._handle))

    def dispatch(self, dump: Dump, most: int) -> int | None:
        """Dump packets that are there, `most` at most (-1: all, of a file; 0 or less is all).

        Returns how many; None when `interrupt` ended it. CaptureError when the source failed.
        """
        ctypes.set_errno(0)
        pcap = library()
        done = pcap.dispatch(self._handle, most, pcap.dump_callback, dump.handle)
        if done == _BREAK:
            return None
        if done < 0:
            raise CaptureError(self._complaint(done))
        return int(done)

    def interrupt(self) -> None:
        """Make a running `dispatch` return soon; from any thread."""
        with self._closing:
            if self._handle:
                self._w.pcap_breakloop(self._handle)

    def stats(self) -> tuple[int, int, int] | None:
        """Received, dropped, dropped by the device: the kernel's counters (32 bits); None for a file."""
        numbers = self._w.pcap_stat()
        if self._w.pcap_stats(self._handle, ctypes.byref(numbers)) != 0:
            return None
        return numbers.ps_recv, numbers.ps_drop, numbers.ps_ifdrop

    def close(self) -> None:
        with self._closing:
            handle, self._handle = self._handle, None
            if handle:
                self._w.pcap_close(handle)


def _keep_from_children(fd: int) -> None:
    """Let no copy of this process have a device's ring: while one has it, the device stays open, in
    promiscuous mode, and the kernel goes on filling it.
    """
    if not hasattr(mmap, "MADV_DONTFORK"):  # Linux alone has it, and such rings
        return
    with suppress(OSError):  # no /proc
        ring = os.readlink(f"/proc/self/fd/{fd}")
        for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
            place, *_, name = line.split()
            if name == ring:
                begin, end = (int(number, 16) for number in place.split("-"))
                library().madvise(begin, end - begin, mmap.MADV_DONTFORK)


class Dump:
    """A capture file that libpcap writes, on a descriptor that it owns from now on.

    buffered: gather packets until `flush`; otherwise each packet is in the file at once.
    """

    def __init__(self, capture: Capture, fd: int, path: str, *, buffered: bool = True) -> None:
        self._library = library()
        self._path = path
        self._stream = self._library.stream(fd, b"wb")
        self._library.setvbuf(self._stream, None, _IOFBF if buffered else _IONBF, BUFFER_SIZE)
        dumper = self._library.dump_stream(capture._handle, self._stream)
        if not dumper:
            self._library.fclose(self._stream)
            raise CaptureError(f"cannot write {path}: {capture._complaint(_ERROR)}")
        self._dumper = dumper
        self.handle = dumper

    def flush(self) -> None:
        """Bring everything into the file. CaptureError, with the file named, when it takes no more.

        To be called after each dispatch: then errno still has the reason of a failure.
        """
        failed = self._library.fflush(self._stream) != 0 or self._library.ferror(self._stream)
        if failed:
            number = ctypes.get_errno()
            words = reason(OSError(number, os.strerror(number))) if number else "the disk takes no more"
            raise CaptureError(f"cannot write {self._path}: {words}", "what came before is kept")

    def close(self) -> None:
        dumper, self._dumper = self._dumper, None
        if dumper:
            self._library.w.pcap_dump_close(dumper)


def _words(text: bytes) -> str:
    """libpcap's message as part of one line."""
    return " ".join(text.decode(errors="replace").split())
