"""libpcap through the ctypes bindings that scapy ships.

`scapy.libs.winpcapy` finds and loads the library (16 ms; nothing else of scapy is imported) and declares
most of its functions; those that it lacks are declared here on the same library handle, together with the
parts of C's stdio that libpcap's files are made of.
"""

from __future__ import annotations

import ctypes
import functools
import os
from typing import Any

from tcptui.errors import CaptureError

INSTALL = "install it: apt install libpcap0.8, dnf install libpcap; or pipe: tcpdump -U -w - | tcptui -r -"


class Library:
    """libpcap and the parts of C's stdio that it writes files with."""

    def __init__(self) -> None:
        try:
            from scapy.libs import winpcapy
        except (OSError, AttributeError) as error:
            raise CaptureError("libpcap is not installed", INSTALL) from error
        # The same library, with errno kept for us: a dump that fails tells its reason in no other way.
        handle = ctypes.CDLL(winpcapy._lib._name, handle=winpcapy._lib._handle, use_errno=True)
        pointer = ctypes.c_void_p
        pcap = ctypes.POINTER(winpcapy.pcap_t)
        dumper = ctypes.POINTER(winpcapy.pcap_dumper_t)
        integer, text = ctypes.c_int, ctypes.c_char_p
        libc = ctypes.CDLL(None, use_errno=True)
        self.w: Any = winpcapy
        self.dump_callback: Any = ctypes.cast(winpcapy.pcap_dump, winpcapy.pcap_handler)
        self.dispatch = _declare(
            handle, "pcap_dispatch", integer, pcap, integer, winpcapy.pcap_handler, pointer
        )
        self.set_precision = _declare(handle, "pcap_set_tstamp_precision", integer, pcap, integer)
        self.open_stream = _declare(
            handle, "pcap_fopen_offline_with_tstamp_precision", pcap, pointer, ctypes.c_uint, text
        )
        self.dump_stream = _declare(handle, "pcap_dump_fopen", dumper, pcap, pointer)
        self.fdopen = _declare(libc, "fdopen", pointer, integer, text)
        self.fclose = _declare(libc, "fclose", integer, pointer)
        self.fflush = _declare(libc, "fflush", integer, pointer)
        self.ferror = _declare(libc, "ferror", integer, pointer)
        self.setvbuf = _declare(libc, "setvbuf", integer, pointer, pointer, integer, ctypes.c_size_t)
        self.madvise = _declare(libc, "madvise", integer, pointer, ctypes.c_size_t, integer)

    def stream(self, fd: int, mode: bytes) -> int:
        """A C stream that owns `fd` from now on."""
        stream = self.fdopen(fd, mode)
        if not stream:
            os.close(fd)
            raise CaptureError(f"cannot open a stream: {os.strerror(ctypes.get_errno())}")
        return int(stream)


def _declare(handle: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Any:
    function = handle[name]
    function.restype, function.argtypes = result, arguments
    return function


@functools.cache
def library() -> Library:
    """libpcap, loaded once. CaptureError, with the way out, when it is not installed."""
    return Library()
