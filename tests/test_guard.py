"""Rules from outside: found by name, watched, and told apart from sim's own faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import numpy as np
import pytest

import sim
from sim.engine.run import run
from sim.errors import InputError, RuleError
from sim.rules import plugins, registry
from sim.rules.ordering import Position
from tests.worlds import world


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test register rules of its own."""
    monkeypatch.setattr(registry, "_RULES", dict(registry._RULES))


def follow(function: Callable[..., object], family: str = "ordering") -> np.ndarray:
    """Register a rule, have everyone follow it, and return what the buyer received."""
    sim.rule(family)(function)
    return run(world(rules={family: function.__name__})).records.series["received"][:, 0, 0]


def test_a_rule_of_ones_own() -> None:
    """Registered by its name, with parameters, it decides."""

    @sim.rule("ordering")
    def fixed_order(position: Position, *, units: float = 10.0) -> np.ndarray:
        """Order the same every month."""
        return np.full_like(position.expected, units)

    received = run(
        world(rules={"ordering": {"rule": "fixed_order", "units": 42.0}})
    ).records.series["received"]
    np.testing.assert_allclose(received, 42)


def breaks(kind: str) -> Callable[..., object]:
    """Return an ordering rule that breaks its contract in one way."""

    def broken(position: Position) -> object:
        """Break the contract."""
        if kind == "writes":
            position.stock[:] = 0
        return {
            "NaN": np.full_like(position.expected, np.nan),
            "negative": position.expected - 1e9,
            "infinite": np.full_like(position.expected, np.inf),
            "shape": position.expected[:, :0],
            "list": position.expected.tolist(),
            "integers": position.expected.astype(int),
        }.get(kind, position.expected)

    return broken


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("NaN", "returned NaN"),
        ("negative", "below 0"),
        ("infinite", "returned an infinite number"),
        ("shape", r"returned the shape \(1, 0\), not \(1, 1\)"),
        ("list", "returned list, not an array of floats"),
        ("integers", "returned an array of int64, not an array of floats"),
        ("writes", "wrote into what it was given"),
    ],
)
def test_broken_contracts_name_the_rule_and_who_follows_it(kind: str, message: str) -> None:
    """The message says what came back; exit code 2, since the rule is the user's."""
    with pytest.raises(
        RuleError, match=f"ordering rule broken, followed by AAA, BBB, .*: .*{message}"
    ) as caught:
        follow(breaks(kind))
    assert isinstance(caught.value, InputError)


def test_granting_too_much_and_overspending_are_caught() -> None:
    """Families with limits of their own."""

    def generous(claims: object) -> np.ndarray:
        """Grant twice the order."""
        return claims.orders * 2  # type: ignore[attr-defined]

    with pytest.raises(RuleError, match="granted more than was ordered"):
        follow(generous, "allocation")

    def lavish(bids: object) -> np.ndarray:
        """Spend a fortune."""
        return np.full_like(bids.wanted, 1e9)  # type: ignore[attr-defined]

    sim.rule("programme")(lavish)
    home = {
        "factory": "home_plant",
        "product": "engines",
        "build_months": 1,
        "qualification_months": 1,
        "ramp_months": 0,
        "capital_cost": 1,
    }
    spend = {
        "title": "S",
        "chair": "AAA",
        "beneficiaries": "all",
        "budget": {"2014-01": 5},
        "candidates": {"home": home},
        "rule": "lavish",
    }
    with pytest.raises(
        RuleError, match="programme rule lavish, followed by spend: spent more than the budget"
    ):
        run(world(programmes={"spend": spend}))


def test_a_rules_own_exception_passes_with_a_note() -> None:
    """It is the rule's bug: its traceback is what its author needs."""

    def crash(position: Position) -> np.ndarray:
        """Divide by zero."""
        return position.expected / (1 // 0)

    with pytest.raises(ZeroDivisionError) as caught:
        follow(crash)
    assert any("ordering rule crash, followed by AAA" in note for note in caught.value.__notes__)


def test_names_are_taken_once_and_documented() -> None:
    """A second rule of a name, an unknown family, and a rule without docstring are refused."""

    def hold_cover(position: Position) -> np.ndarray:
        """Order."""
        return position.expected

    with pytest.raises(InputError, match="ordering already has a rule named hold_cover"):
        sim.rule("ordering")(hold_cover)
    with pytest.raises(InputError, match="'orderin' is no rule family"):
        sim.rule("orderin")
    hold_cover.__doc__ = None
    hold_cover.__name__ = "silent"
    with pytest.raises(InputError, match="ordering rule silent has no docstring"):
        sim.rule("ordering")(hold_cover)


def test_packages_bring_rules_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they register is there; a package that does not load is named."""

    def importing() -> None:
        @sim.rule("ordering")
        def brought(position: Position) -> np.ndarray:
            """Order what is used."""
            return position.expected.copy()

    def failing() -> None:
        raise ImportError("no module named numpyy")

    def point(load: Callable[[], None]) -> Iterator[SimpleNamespace]:
        return iter(
            [
                SimpleNamespace(
                    name="extra",
                    value="extra.rules",
                    dist=SimpleNamespace(name="extra-rules"),
                    load=load,
                )
            ]
        )

    plugins.load.cache_clear()
    monkeypatch.setattr(plugins, "entry_points", lambda group: point(importing))
    assert plugins.load() == ("extra",)
    assert registry.check("ordering", "brought", {}) == {}
    plugins.load.cache_clear()
    monkeypatch.setattr(plugins, "entry_points", lambda group: point(failing))
    with pytest.raises(
        RuleError,
        match=(
            r"the rules of extra-rules \(extra = extra.rules\) do not load: no module named numpyy"
        ),
    ):
        plugins.load()
    plugins.load.cache_clear()
