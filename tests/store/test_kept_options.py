"""Options that outlive the bytes they came from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui.store import kept_options
from tcptui.store.kept_options import KeptOptions, read

OPTIONS = st.lists(st.lists(st.binary(max_size=40), min_size=1, max_size=10), max_size=5)


def kept(pieces: list[list[bytes]]) -> KeptOptions:
    options = KeptOptions()
    for piece in pieces:
        options.add(np.array([len(one) for one in piece], np.int64), b"".join(piece))
    return options


@given(st.data(), OPTIONS)
def test_each_row_has_its_own(data: st.DataObject, pieces: list[list[bytes]]) -> None:
    options, rows = kept(pieces), [one for piece in pieces for one in piece]
    assert [options.get(row) for row in range(options.n)] == rows
    stays = [row for row in range(len(rows)) if data.draw(st.booleans())]
    fewer = options.only(np.array(stays, np.int64))
    assert [fewer.get(row) for row in range(fewer.n)] == [rows[row] for row in stays]
    assert fewer.nbytes <= options.nbytes


@given(st.binary(min_size=1, max_size=200), st.data(), st.integers(1, 64))
def test_they_are_read_from_the_file_in_spans(file: bytes, data: st.DataObject, span: int) -> None:
    places = sorted(data.draw(st.lists(st.integers(0, len(file) - 1), max_size=20)))
    sizes = [data.draw(st.integers(1, 40)) for _ in places]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_options, "_SPAN", span)
        found = read(
            lambda at, count: file[at : at + count], np.array(places, np.int64), np.array(sizes, np.int64)
        )
    expected = [file[at : at + size].ljust(size, b"\0") for at, size in zip(places, sizes, strict=True)]
    assert found == b"".join(expected)
