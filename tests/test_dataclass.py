"""Our classes of fields behave as the standard library's, whatever their fields are."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui import dataclass as ours

NAMES = ("a", "b", "c", "d")

values = st.one_of(st.integers(-2, 2), st.just(float("nan")), st.sampled_from(("", "x")))
makers: st.SearchStrategy[Callable[[], Any]] = st.one_of(
    values.map(lambda value: lambda: field(default=value)),
    values.map(lambda value: lambda: field(default=value, compare=False)),
    values.map(lambda value: lambda: field(default=value, repr=False, hash=False)),
    values.map(lambda value: lambda: field(default=value, init=False)),
    st.just(lambda: field(default_factory=list)),
)
shapes = st.tuples(st.integers(0, 3), st.lists(makers, max_size=3)).map(
    lambda shape: [None] * min(shape[0], len(NAMES) - len(shape[1])) + shape[1]
)
options = st.fixed_dictionaries({"frozen": st.booleans(), "slots": st.booleans()})


def both(shape: list[Any], how: dict[str, bool]) -> tuple[Any, Any]:
    """The same class, made by the standard library and by us."""
    made = []
    for make in (dataclasses.dataclass, ours.dataclass):
        body: dict[str, Any] = {"__annotations__": dict.fromkeys(NAMES[: len(shape)], "int")}
        body |= {name: maker() for name, maker in zip(NAMES, shape, strict=False) if maker}
        made.append(make(**how)(type("Made", (), body | {"__doc__": "A class."})))
    return made[0], made[1]


def outcome(action: Callable[..., Any], *given: Any, **named: Any) -> object:
    """What it gives, or which error."""
    try:
        return action(*given, **named)
    except (TypeError, AttributeError) as error:
        return AttributeError if isinstance(error, AttributeError) else TypeError


def is_refused(change: Callable[..., None], it: object, *given: Any) -> bool:
    """Whether an object does not let itself be changed."""
    # Of frozen classes with slots the library's own refuse unknown names with a TypeError, by accident.
    return outcome(change, copy.copy(it), *given) in (TypeError, AttributeError)


@given(shapes, options, st.lists(st.lists(values, max_size=4), min_size=2, max_size=3), st.data())
def test_objects_are_made_compared_and_told_alike(
    shape: list[Any], how: dict[str, bool], arguments: list[list[Any]], data: st.DataObject
) -> None:
    theirs, mine = both(shape, how)
    pairs = []
    for each in arguments:
        named = dict.fromkeys(data.draw(st.sets(st.sampled_from((*NAMES, "unknown")), max_size=2)), 0)
        one, same = outcome(theirs, *each, **named), outcome(mine, *each, **named)
        if one is TypeError:
            assert same is TypeError
            continue
        pairs.append((one, same))
        assert repr(same) == repr(one)
        assert outcome(hash, same) == outcome(hash, one)
        assert (one == 1, same == 1, one == same) == (False, False, False)
        for name in (*NAMES, "unknown"):
            assert is_refused(setattr, same, name, 1) is is_refused(setattr, one, name, 1)
            if how["frozen"]:
                assert is_refused(delattr, same, name)
    for one, same in pairs:
        for other, others_same in pairs:
            assert (same == others_same) is (one == other)


@ours.dataclass(frozen=True, slots=True)
class Point:
    """With what a class may bring itself."""

    x: int
    y: int = 0
    sum: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sum", self.x + self.y)

    def __repr__(self) -> str:
        return f"({self.x}, {self.y})"


@ours.dataclass(frozen=True, slots=True)
class Solid(Point):
    """A class with more fields than the one it is made from."""

    z: int = 0


def test_it_is_a_dataclass_to_the_rest_of_the_library() -> None:
    point = Point(1, 2)
    assert [one.name for one in dataclasses.fields(Point)] == ["x", "y", "sum"]
    assert dataclasses.replace(point, y=5) == Point(1, 5)
    assert dataclasses.replace(point, y=5).sum == 6
    assert dataclasses.astuple(point) == (1, 2, 3)
    assert pickle.loads(pickle.dumps(point)).sum == 3
    assert copy.deepcopy(point) == point
    match point:
        case Point(1, y):
            assert y == 2
    assert not hasattr(point, "__dict__")


def test_what_a_class_brings_itself_stays() -> None:
    assert repr(Point(1, 2)) == "(1, 2)"
    assert Solid(1, 2, 3).sum == 3
    assert Solid(1, 2) != Point(1, 2)
    assert {Solid(1, 2, 3), Solid(1, 2, 3)} == {Solid(1, 2, 3)}
    with pytest.raises(dataclasses.FrozenInstanceError):
        Point(1).x = 2  # type: ignore[misc]


def test_an_object_within_itself_is_told_once() -> None:
    @ours.dataclass(slots=True)
    class Ring:
        """A chain's link."""

        next: object = None

    ring = Ring()
    ring.next = ring
    assert repr(ring).endswith("Ring(next=...)")
