"""Put off loading large libraries that another one imports and a run does not use."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def put_off(*names: str) -> Iterator[None]:
    """Let what is imported inside get stand-ins for these libraries, each of which loads the
    library when something of it is first used; one that is loaded already is what it is.
    """
    stand_ins = {name: _Later(name) for name in names if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, each in stand_ins.items():
            if sys.modules.get(name) is each:
                del sys.modules[name]
