"""The standard library's `dataclass`, made in a tenth of its time.

It compiles up to seven functions for each class: 90 classes took 70 ms of the 450 until the first picture.
Here all classes share what needs no compiling, and `__init__` is compiled when the first object is made,
which of most classes is never or later. What a class can do is the same, and so is what a type checker sees.

Limits: the options `frozen` and `slots` only; no fields that are keywords only, no `InitVar`.
`inspect.signature` of a class knows its parameters once there is an object.
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, FrozenInstanceError, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool = False, slots: bool = False) -> Any:
        """As `dataclasses.dataclass`."""

        def made(given: type) -> type:
            own = vars(given)
            is_hashed = own.get("__hash__") is not None
            cls = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(given)
            _complete(cls, {"__repr__": _repr, "__eq__": _equality(cls)}, own)
            if "__init__" not in own:
                cls.__init__ = _first_init(cls, frozen)
            if frozen:
                cls.__setattr__, cls.__delattr__ = _no_change, _no_removal
                _complete(cls, {"__getstate__": _state, "__setstate__": _restore} if slots else {}, own)
            if not is_hashed:
                cls.__hash__ = _hash(cls) if frozen else None
            return cls

        return made


def _complete(cls: Any, methods: dict[str, Any], own: Any) -> None:
    """Give a class the methods that it does not have by itself."""
    for name, method in methods.items():
        if name not in own:
            setattr(cls, name, method)


# -- what all classes share ----------------------------------------------------------------------------


@recursive_repr()
def _repr(self: Any) -> str:
    told = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({told})"


def _no_change(self: Any, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _no_removal(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for one, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


def _key(cls: Any, hashed: bool) -> Any:
    """What makes a tuple of those fields of an object by which it is compared, or hashed."""
    used = [one for one in fields(cls) if (one.compare if one.hash is None or not hashed else one.hash)]
    names = [one.name for one in used]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple([getattr(self, name) for name in names])


def _equality(cls: Any) -> Any:
    key = _key(cls, hashed=False)

    def __eq__(self: Any, other: Any) -> Any:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    return __eq__


def _hash(cls: Any) -> Any:
    key = _key(cls, hashed=True)

    def __hash__(self: Any) -> int:
        return hash(key(self))

    return __hash__


# -- what is compiled ----------------------------------------------------------------------------------


def _first_init(cls: Any, frozen: bool) -> Any:
    """An `__init__` that puts the compiled one in its own place."""

    def __init__(self: Any, *given: Any, **named: Any) -> None:
        cls.__init__ = _compiled(cls, frozen)
        cls.__init__(self, *given, **named)

    return __init__


def _compiled(cls: Any, frozen: bool) -> Any:
    """The `__init__` with the fields as its parameters."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_unset": object()}
    parameters, body = ["self"], []
    for one in fields(cls):
        name, value = one.name, one.name
        parameter = name
        if one.default is not MISSING:
            known[f"_default_{name}"] = one.default
            parameter = f"{name}=_default_{name}"
        elif one.default_factory is not MISSING:
            known[f"_make_{name}"] = one.default_factory
            parameter = f"{name}=_unset"
            value = f"_make_{name}() if {name} is _unset else {name}"
        if one.init:
            parameters.append(parameter)
        elif parameter == name:
            continue  # __post_init__ gives it its value
        else:
            value = parameter.partition("=")[2] if one.default is not MISSING else f"_make_{name}()"
        body.append(f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    text = f"def __init__({', '.join(parameters)}):\n  " + "\n  ".join(body or ["pass"])
    exec(text, known)
    init = known["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init
