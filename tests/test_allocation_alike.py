"""An allocation comes to the same, bit for bit, however it is gone about: in parts of the market,
for each member alone, in other units. And it keeps to what there is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from sim.kernels import rounds
from sim.kernels.allocation import Allocation, allocate
from sim.kernels.groups import Groups
from sim.kernels.limits import Limits
from sim.kernels.market import Market, Part
from sim.kernels.places import Capped, Opening
from sim.kernels.refusals import Refusals
from sim.kernels.spreading import ask

LINES, NEEDS, MEMBERS = 5, 6, 3


def drawn(seed: int, kinds: str) -> dict[str, Any]:
    """Draw a market in which lines are short and links are full, with limits of some kinds."""
    random = np.random.Generator(np.random.PCG64(seed))
    line, need = (each.ravel() for each in np.indices((LINES, NEEDS)))
    kept = random.random(line.size) < 0.7
    line, need = line[kept], need[kept]
    tier = random.integers(0, 2, NEEDS)
    links = np.arange(line.size)
    chosen = [links[random.random(links.size) < 0.15] for _ in range(4)]
    if "apart" in kinds:
        for place, each in enumerate(chosen):
            chosen[place] = np.setdiff1d(each, np.concatenate([links[:0], *chosen[:place]]))
    groups = Groups.build([each for each in chosen if each.size], need)
    shape = (groups.by_group.groups, MEMBERS)
    limits = Limits.none(groups, random.random(shape) * 9, NEEDS)

    def some(values: np.ndarray, otherwise: float) -> np.ndarray:
        return np.where(random.random(shape) < 0.6, values, otherwise)

    if "cut" in kinds:
        limits.share[:] = some(random.random(shape), 1.0)
        limits.part[:] = some(random.random(shape) * 0.5, 0.0)
    if "cap" in kinds:
        limits.most[:] = some(random.random(shape) * 20, np.inf)
    if "leak" in kinds:
        limits.fixed[:] = some(random.random(shape) * 15, np.inf)
        limits.amount[:] = random.random(shape) * 5
    if "uncounted" in kinds:
        limits = replace(limits, counted=random.random((groups.link.size, MEMBERS)) < 0.7)
    before = Refusals.none((NEEDS, MEMBERS), NEEDS, 0)
    before.waiting = random.random((NEEDS, MEMBERS)) * 9
    before.passed_each = random.random((NEEDS, MEMBERS))
    limits.tell(before)
    return {
        "market": Market.build(line, need, LINES, NEEDS, tier, is_lasting=True),
        "supply": random.random((LINES, MEMBERS)) * 60,
        "demand": random.random((NEEDS, MEMBERS)) * 50,
        "weight": random.random((line.size, MEMBERS)),
        "cap": np.where(random.random((line.size, MEMBERS)) < 0.3, 6.0, np.inf),
        "limits": limits if kinds else None,
        "beyond": random.random((LINES, MEMBERS)) * 9,
    }


def numbers(found: Allocation) -> list[np.ndarray]:
    """Return all that an allocation comes to."""
    told = found.kept_away
    return [found.flow, *(() if told is None else (told.links, told.held))]


KINDS = [
    "",
    "cut",
    "cap",
    "leak",
    "cut cap",
    "cut leak uncounted",
    "cut cap leak",
    "leak apart uncounted",
]
SEEDS = range(8)


@pytest.mark.parametrize("kinds", KINDS)
def test_parts_change_no_bit(kinds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight markets of each kind, gone into in every round, and never."""
    parts: list[Part] = []
    within = rounds.Trading.within

    def noted(self: rounds.Trading, place: Any, part: Part, *rest: Any) -> int:
        parts.append(part)
        return within(self, place, part, *rest)

    monkeypatch.setattr(rounds.Trading, "within", noted)
    for seed in SEEDS:
        case = drawn(seed, kinds)
        whole = allocate(**case)
        count = len(parts)
        with monkeypatch.context() as small:
            small.setattr(rounds, "WORTH_LEAVING", 1)
            part = allocate(**case)
        assert len(parts) >= count
        assert whole.rounds == part.rounds
        for one, other in zip(numbers(whole), numbers(part), strict=True):
            np.testing.assert_array_equal(one, other)
    assert len(parts) > 8


def changed(limits: Limits, by: Any, width: int = MEMBERS) -> Limits:
    """Return limits whose amounts and shares are changed by a function of name and array."""
    names = ("most", "fixed", "share", "base", "amount", "part", "waiting", "passed")
    found = Limits.none(limits.groups, np.zeros((limits.base.shape[0], width)), NEEDS)
    arrays = {name: by(name, getattr(limits, name)) for name in names}
    counted = None if limits.counted is None else by("counted", limits.counted)
    return replace(found, **arrays, counted=counted)


def kept(found: Allocation, member: int) -> np.ndarray:
    """Return what cuts kept away of each link, [links]."""
    told, links = found.kept_away, np.arange(len(found.flow))
    return np.zeros(links.size) if told is None else told.over(links)[:, member]


def _of(members: slice, _: str, each: np.ndarray) -> np.ndarray:
    return each[:, members].copy()


@pytest.mark.parametrize("kinds", KINDS)
def test_who_is_beside_a_member_changes_no_bit(kinds: str) -> None:
    for seed in SEEDS:
        case = drawn(seed, kinds)
        together = allocate(**case)
        for member in range(MEMBERS):
            one = slice(member, member + 1)
            own = {
                key: each[:, one].copy() if isinstance(each, np.ndarray) else each
                for key, each in case.items()
            }
            if case["limits"] is not None:
                own["limits"] = changed(case["limits"], partial(_of, one), 1)
            alone = allocate(**own)
            np.testing.assert_array_equal(alone.flow, together.flow[:, one])
            np.testing.assert_array_equal(kept(alone, 0), kept(together, member))


@pytest.mark.parametrize("kinds", KINDS)
def test_in_other_units_all_is_as_many_times_more(kinds: str) -> None:
    """A number of units is none that stands in the code: with a million times as many units of all,
    a power of 2, each flow is as many times more."""
    times = 2.0**20
    for seed in SEEDS:
        case = drawn(seed, kinds)
        few = allocate(**case)
        for key in ("supply", "demand", "cap", "beyond"):
            case[key] = case[key] * times
        if case["limits"] is not None:
            case["limits"] = changed(
                case["limits"],
                lambda name, each: each if name in ("share", "part", "counted") else each * times,
            )
        many = allocate(**case)
        np.testing.assert_array_equal(many.flow, few.flow * times)
        assert (few.kept_away is None) == (many.kept_away is None)
        if few.kept_away is not None and many.kept_away is not None:
            np.testing.assert_array_equal(many.kept_away.held, few.kept_away.held * times)


@pytest.mark.parametrize("kinds", KINDS)
def test_nothing_is_beyond_what_there_is(kinds: str) -> None:
    """Of goods, of what is wanted, of what a link may carry and of what nothing lets pass; and a
    link under no limit goes short only where its line is empty, or it is full."""
    for seed in SEEDS:
        case = drawn(seed, kinds)
        market, found = case["market"], allocate(**case)
        more = 1 + 1e-9
        assert (found.flow >= 0).all()
        assert (found.shipped <= case["supply"] * more).all()
        assert (found.received <= case["demand"] * more).all()
        assert (found.flow <= case["cap"] * more).all()
        bound = np.zeros((market.links, MEMBERS), dtype=np.bool_)
        if case["limits"] is not None:
            limits = case["limits"]
            counted = True if limits.counted is None else limits.counted
            np.logical_or.at(bound, limits.groups.link, counted)
            assert (limits.carried(found.flow) <= limits.most * more).all()
        short = market.from_needs(found.received < case["demand"] * (1 - 1e-9))
        has = market.from_lines(found.shipped < case["supply"] * (1 - 1e-9))
        assert not (short & has & (found.flow < case["cap"] * (1 - 1e-9)) & ~bound).any()


@pytest.mark.parametrize("kinds", [each for each in KINDS if "cut" in each and "cap" not in each])
def test_a_cap_that_nothing_reaches_changes_nothing(kinds: str) -> None:
    """Not even what others leave to links cut in part, which stand under it, too."""
    for seed in SEEDS:
        case = drawn(seed, kinds)
        free = allocate(**case).flow
        case["limits"].most[:] = 1e9
        assert allocate(**drawn(seed, kinds) | {"limits": case["limits"]}).flow == pytest.approx(
            free, abs=1e-9
        )


@pytest.mark.parametrize("rounds", [0, 1, 2, 3, None])
@pytest.mark.parametrize("kinds", ["", "cap", "leak"])
def test_what_is_known_of_the_first_round_changes_no_bit(kinds: str, rounds: int | None) -> None:
    """However many rounds follow, or none; what is asked for is known, or only of whom."""
    for seed in SEEDS:
        case = drawn(seed, kinds)
        old = case["market"]
        market = Market.build(old.line, old.need, LINES, NEEDS)
        case |= {"market": market, "rounds": rounds}
        has = market.from_lines((case["supply"] > 0).astype(np.float64))
        weight = case["weight"] * has
        together = market.by_need(weight)
        asked = ask(market, case["demand"], weight, together, case["cap"], case["limits"])
        plain = allocate(**case)
        for known in (asked, None):
            opening = Opening(weight, together, known, Capped.of(case["cap"]))
            found = allocate(**case, opening=opening)
            np.testing.assert_array_equal(found.flow, plain.flow)
            np.testing.assert_array_equal(found.shipped, plain.shipped)
            np.testing.assert_array_equal(found.received, plain.received)
            assert found.rounds == plain.rounds
