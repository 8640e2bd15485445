"""Choose what a chart shows: states and products asked for, else the worst."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.scenario.suggestions import meant

if TYPE_CHECKING:
    import pandas as pd

Need = tuple[str, str]
"""(state, product)"""


@dataclass(frozen=True)
class Choice:
    """Hold what was asked for; without states and products, at most `most` rows or panels are
    shown.
    """

    states: Collection[str] = ()
    products: Collection[str] = ()
    most: int | None = None

    @property
    def is_made(self) -> bool:
        """Return whether states or products were asked for by name."""
        return bool(self.states or self.products)

    def takes(self, state: str | None, product: str | None) -> bool:
        """Return whether a state and a product are among those asked for; None takes any."""
        is_state = not self.states or state is None or state in self.states
        return is_state and (not self.products or product is None or product in self.products)

    def among(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Keep the rows of the states and products asked for; an empty cell is of all."""
        needs = zip(rows["state"], rows["product"], strict=True)
        return rows.loc[[self.takes(state or None, product or None) for state, product in needs]]

    def of(self, needs: Sequence[Need]) -> list[Need]:
        """Keep the needs asked for."""
        return [need for need in needs if self.takes(*need)]

    def limit(self, usual: int) -> int | None:
        """Return how many are shown at most: all of what was asked for by name."""
        return self.most if self.most is not None else None if self.is_made else usual

    def check(self, states: Iterable[str], products: Iterable[str]) -> None:
        """Refuse names that the result has not. Raises InputError with all of them."""
        faults = [
            f"{what}: {name!r} is not in this result{meant(name, sorted(known))}"
            for what, asked, given in (
                ("states", self.states, states),
                ("products", self.products, products),
            )
            for known in ([set(given)] if asked else [])
            for name in asked
            if name not in known
        ]
        if faults:
            raise InputError("\n".join(faults))


ANY = Choice()


def first(needs: Sequence[Need], choice: Choice, usual: int) -> list[Need]:
    """Keep the needs asked for, or the first so many."""
    return choice.of(needs)[: choice.limit(usual)]
