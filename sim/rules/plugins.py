"""Take in rules that other packages bring, by the entry point `sim.rules`."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from sim.errors import RuleError

GROUP = "sim.rules"


@cache
def load() -> tuple[str, ...]:
    """Import what installed packages offer under the entry point `sim.rules`, once; return the
    entry points' names.

    An entry point names a module that registers its rules with `sim.rule` when it is imported.
    Raises RuleError, naming the package, where that fails.
    """
    names = []
    for point in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        try:
            point.load()
        except Exception as error:
            package = point.dist.name if point.dist else "an installed package"
            raise RuleError(
                f"the rules of {package} ({point.name} = {point.value}) do not load: {error}"
            ) from error
        names.append(point.name)
    return tuple(names)
