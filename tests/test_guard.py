"""Rules from outside: found by name, watched, and told apart from sim's own faults."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import sim
from sim.engine.run import run
from sim.errors import InputError, RuleError
from sim.rules import plugins, registry, time_limit
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


def test_a_rules_own_exception_is_told_with_its_place() -> None:
    """Its traceback, which its author needs, comes with it."""

    def crash(position: Position) -> np.ndarray:
        """Divide by zero."""
        return position.expected / (1 // 0)

    with pytest.raises(RuleError) as caught:
        follow(crash)
    told = str(caught.value)
    assert told.startswith("ordering rule crash, followed by AAA")
    assert re.search(r": ZeroDivisionError: .*by zero \(.*test_guard\.py, line \d+\)$", told)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_rule_that_would_leave_is_told() -> None:
    def leave(position: Position) -> np.ndarray:
        """End the program."""
        raise SystemExit(3)

    with pytest.raises(RuleError, match=r"ordering rule leave, followed by .*: SystemExit: 3"):
        follow(leave)


def test_a_rule_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even one that catches what it can; the message says which rule, of whom, and the limit."""
    monkeypatch.setattr(time_limit, "SECONDS", 0.2)

    def endless(position: Position) -> np.ndarray:
        """Think for ever."""
        while True:
            with contextlib.suppress(Exception):
                sum(range(9))

    told = "ordering rule endless, followed by AAA, .*: took more than 0.2 seconds for one answer"
    with pytest.raises(RuleError, match=told):
        follow(endless)


def test_a_limit_that_comes_too_late_stops_nothing() -> None:
    """A call that ends as the limit is reached has ended."""
    ended = 0
    for _ in range(50):
        with contextlib.suppress(time_limit.TooLongError), time_limit.time_limit(0.0005):
            sum(range(9999))
        sum(range(999))
        ended += 1
    assert ended == 50


def remembers() -> Callable[..., object]:
    """Return a rule that gives the orders of the month before."""
    last: list[np.ndarray] = []

    def late(position: Position) -> np.ndarray:
        """Order a month late."""
        last.append(position.expected * position.stock.size + len(last))
        return last[-2] if len(last) > 1 else position.expected.copy()

    return late


def chance(position: Position) -> np.ndarray:
    """Order what comes to mind."""
    return np.random.default_rng().random(position.expected.shape)


@pytest.mark.parametrize("function", [remembers(), chance])
def test_an_answer_depends_on_what_is_given_alone(function: Callable[..., object]) -> None:
    """State between months and random numbers would make results depend on the order of runs."""
    with pytest.raises(RuleError, match=r"followed by AAA, .*answered differently when asked"):
        follow(function)


@pytest.mark.parametrize("how", ["base", "flags", "setattr", "nested"])
def test_nothing_of_the_world_can_be_written(how: str) -> None:
    """Not by ways around, either: the rule has copies. Its own answer is not its own any more."""

    def meddle(claims: Any) -> np.ndarray:
        """Ration in proportion, and meddle."""
        orders = claims.orders
        with contextlib.suppress(AttributeError, ValueError, TypeError):
            if how == "base":
                orders.base[:] = 0
            elif how == "flags":
                orders.flags.writeable = True
                orders[:] = 0
            elif how == "setattr":
                claims.supply = orders * 0
            else:
                claims.market.line[:] = 0
        granted: np.ndarray = proportional_share(claims)
        return granted

    def proportional_share(claims: Any) -> Any:
        return np.minimum(claims.orders, claims.orders)

    def quiet(claims: Any) -> np.ndarray:
        """Grant what is ordered."""
        granted: np.ndarray = np.minimum(claims.orders, claims.orders)
        return granted

    expected = follow(quiet, "allocation")
    if how == "flags":
        # it sees its own copy changed, and the world does not
        with contextlib.suppress(RuleError):
            follow(meddle, "allocation")
    else:
        np.testing.assert_array_equal(follow(meddle, "allocation"), expected)
    np.testing.assert_array_equal(
        run(world(rules={"allocation": "quiet"})).records.series["received"][:, 0, 0], expected
    )


def test_an_array_of_another_make_is_refused() -> None:
    def masked(position: Position) -> np.ndarray:
        """Order what is expected."""
        return np.ma.masked_array(position.expected)

    with pytest.raises(RuleError, match="returned MaskedArray, not an array of floats"):
        follow(masked)


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
