"""Put off loading large libraries that another library imports and a run does not use."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stand for a library until something of it is used."""

    def __getattr__(self, name: str) -> Any:
        # who looks through all modules for where they are from uses nothing of them
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


class _LaterFunction:
    """Stand for a function of a library until it is called."""

    def __init__(self, library: str, name: str) -> None:
        self._library, self.__name__ = library, name

    def __call__(self, *given: Any, **named: Any) -> Any:
        return getattr(import_module(self._library), self.__name__)(*given, **named)


@contextmanager
def put_off(*names: str, functions: Sequence[str] = ()) -> Iterator[None]:
    """Give stand-ins for these libraries to what is imported in this block; a stand-in loads its
    library when something of it is first used. Libraries that are loaded already are left alone.

    `functions` are those that are imported by name, written as `library.function`, since that would
    already be a use: such a function loads its library when it is first called.
    """
    stand_ins = {name: _Later(name) for name in names if name not in sys.modules}
    for function in functions:
        name, _, own = function.rpartition(".")
        if name not in sys.modules:
            setattr(stand_ins.setdefault(name, _Later(name)), own, _LaterFunction(name, own))
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, each in stand_ins.items():
            if sys.modules.get(name) is each:
                del sys.modules[name]


def without_what_mesa_seldom_uses() -> AbstractContextManager[None]:
    """Let Mesa be imported without the libraries that only its tables, grids and networks use."""
    # a default of a function of Mesa's is looked up when that is defined, from 3.5 on
    functions = ["scipy.spatial.distance.cdist", "networkx.spring_layout"]
    return put_off("pandas", "networkx", functions=functions)
