"""Arithmetic of kernels on paper: the edges and the constants that whole runs hardly feel."""

from __future__ import annotations

import gc
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.kernels import claims as sharing
from sim.kernels import (
    learning,
    ledger,
    lots,
    orders,
    overtime,
    prices,
    production,
    ramps,
    sourcing,
    stock,
    sums,
    systemic,
)
from sim.kernels.allocation import allocate
from sim.kernels.capacity import erlang, half_done, monthly
from sim.kernels.groups import Groups
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.kernels.optimal import transport
from sim.kernels.rationing import proportional
from sim.kernels.rounds import Trading
from sim.kernels.sums import GroupSum
from sim.kernels.uncollected import uncollected

ZEROS = np.zeros(2, dtype=np.int64)


def column(*values: float) -> np.ndarray:
    """Return rows of one member."""
    return np.array(values, dtype=np.float64)[:, None]


def test_sums_of_groups_at_any_width() -> None:
    """Two groups of three rows, and one without any; one member, three, and a view."""
    by_group = GroupSum(np.array([1, 0, 1]), 3)
    values = np.arange(9.0).reshape(3, 3)
    expected = [[3, 4, 5], [6, 8, 10], [0, 0, 0]]
    assert by_group(values).tolist() == expected
    assert by_group(values[:, 1:2]).tolist() == [[4], [8], [0]]
    assert by_group(np.asfortranarray(values)).tolist() == expected


def test_what_is_the_same_everywhere_takes_no_memory() -> None:
    same, other = np.full((3, 2), 1.5), np.array([[1.5, 1.5], [1.5, 2.0]])
    level = sums.levelled(same)
    assert np.array_equal(level, same)
    assert level.strides == (0, 0)
    assert not level.flags.writeable
    assert sums.levelled(other) is other
    assert sums.levelled(same[:0]).shape == (0, 2)


def test_rounding_and_bounds() -> None:
    assert sums.whole(np.array([0.4, 0.5, 1.49, 2.5, 3.5])).tolist() == [0, 1, 1, 3, 4]
    assert sums.whole(np.array([1.5 - 2**-50, 1.5 + 2**-50])).tolist() == [2, 2]
    assert sums.unit(np.array([-0.2, 0.3, 1.7])).tolist() == [0, 0.3, 1]
    assert sums.raised(np.array([-1.0, 0.5])).tolist() == [0, 0.5]
    assert sums.raised(np.array([-1.0, 2.5]), 2.0).tolist() == [2, 2.5]
    assert sums.total(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist() == [4, 6]
    assert sums.total((each for each in np.ones((2, 3))), (3,)).tolist() == [2, 2, 2]


def test_division_by_nearly_nothing() -> None:
    numbers = np.array([6.0, 6.0, 6.0, 0.0])
    by = np.array([2.0, 0.0, 1e-291, 0.0])
    assert sums.divide(numbers, by).tolist() == [3, 0, 0, 0]
    assert sums.divide(numbers, by, otherwise=7.0).tolist() == [3, 7, 7, 7]
    assert sums.divide(np.ones((2, 1)), np.array([[1.0, 2.0]])).tolist() == [[1, 0.5]] * 2


def test_learning_curves_at_a_rate_of_a_half() -> None:
    """The exponent is -1: costs are 1 / n; a rate of one counts as 0.99."""
    half = learning.slope(np.array([0.5]))
    assert half.tolist() == [-1]
    assert learning.slope(np.array([1.0]))[0] == pytest.approx(math.log2(0.01))
    assert learning.crawford(np.array([4.0]), half).tolist() == [0.25]


def test_batches_by_their_integrals() -> None:
    """With an exponent of -1/2: 2 (sqrt(4.5) - sqrt(1.5)) / 3 for three units from the second on;
    by averages (sqrt(4) - sqrt(1)) / 3. Half a unit counts as one."""
    slope = np.array([-0.5])
    unit, three, half = np.array([2.0]), np.array([3.0]), np.array([0.5])
    assert learning.crawford_batch(unit, three, slope)[0] == pytest.approx(
        2 * (math.sqrt(4.5) - math.sqrt(1.5)) / 3
    )
    assert learning.crawford_batch(unit, half, slope)[0] == pytest.approx(
        2 * (math.sqrt(2.5) - math.sqrt(1.5))
    )
    assert learning.wright_batch(unit, three, slope)[0] == pytest.approx(1 / 3)
    assert learning.wright_batch(unit, half, slope)[0] == pytest.approx(math.sqrt(2) - 1)
    flat = learning.wright_batch(unit, three, np.array([-1.5]))[0]
    assert flat == pytest.approx((4**0.01 - 1) / 3)


def test_lots_that_come_next() -> None:
    """Before the first lot of 10 is made it is the first; 25 units later, with 4 known before, 6
    more count: the lot after 31 units is number 3.1."""
    lot = learning.next_lot(column(0, 25, 5, 9), column(0, 4, 12, 0), column(10, 10, 10, 0))
    assert lot[:, 0].tolist() == pytest.approx([1, 3.1, 1, 1])


def test_memory_fades_by_the_month() -> None:
    """Of 100 after 20 were made, 80 are a month old: with a fifth lost in a year, 0.8^(1/12) of
    them are left."""
    left = learning.remembered(np.array([100.0]), np.array([20.0]), 0.2)[0]
    assert left == pytest.approx(80 * 0.8 ** (1 / 12) + 20)
    trend = learning.with_trend(np.array([0.64]), np.array([-1.0]), 0.5, 0.21, 24)[0]
    assert trend == pytest.approx(0.8 / 1.21)


def test_yields_grow_towards_the_best() -> None:
    """Half of the cost leaves half of the gap; a first yield above the best stays."""
    first = np.array([0.6, 0.9, 0.0])
    progress = np.array([0.5, 0.5, 1.0])
    assert learning.better_yield(first, 0.8, progress).tolist() == [0.7, 0.9, 0.01]
    assert learning.better_yield(first, 1.5, 0 * progress).tolist() == [1, 1, 1]


@pytest.mark.parametrize("unit", [1, 0.001])
def test_weights_by_capacity(unit: float) -> None:
    """One that has doubled counts twice, one that had none by the mean of 100 and 50 of the
    others, one of a need where nobody had any if it has some; in units and in thousands."""
    by_need = GroupSum(np.array([0, 0, 0, 1, 1]), 2)
    found = sourcing.by_capacity(
        column(1, 1, 2, 3, 4),
        column(200, 50, 150, 5, 0) * unit,
        column(100, 50, 0, 0, 0) * unit,
        by_need,
    )
    assert found[:, 0].tolist() == pytest.approx([2, 1, 4, 3, 0])


def test_ways_round_count_by_their_suppliers() -> None:
    """A supplier of 100 and its way round, of 900, and one that had nothing: its 100 are as much as
    the only direct one's."""
    by_need = GroupSum(np.array([0, 0, 0]), 1)
    size = column(100, 900, 100)
    found = sourcing.by_capacity(
        column(1, 1, 1), size, column(100, 900, 0), by_need, np.array([True, False, True])
    )
    assert found[:, 0].tolist() == [1, 1, 1]


def test_weights_by_satisfaction() -> None:
    """Shares of 3/4 and 1/4, satisfied by 1/2 and 1: the target is 3/5 and 2/5; half way there.
    The square of the satisfaction gives 3/7; a floor of one half of the first 9/10 holds."""
    by_need = GroupSum(np.array([0, 0]), 1)
    weight, base, met = column(3, 1), column(9, 1), column(0.5, 1)

    def moved(speed: float, exponent: float, floor: float) -> list[float]:
        found = sourcing.by_satisfaction(weight, base, met, by_need, speed, exponent, floor)
        return [round(each, 12) for each in found[:, 0].tolist()]

    assert moved(0.5, 1.0, 0.0) == [0.675, 0.325]
    assert moved(1.0, 2.0, 0.0) == [round(3 / 7, 12), round(4 / 7, 12)]
    assert moved(1.0, 2.0, 0.5) == [0.45, round(4 / 7, 12)]
    nobody = sourcing.by_satisfaction(weight, base, 0 * met, by_need, 1.0, 1.0, 0.0)
    assert nobody[:, 0].tolist() == [0.75, 0.25]


def test_weights_by_cost() -> None:
    """Twice as dear at a sensitivity of 3: exp(-3); the closed offer is not the cheapest one; no
    weight falls below exp(-100)."""
    by_need = GroupSum(np.array([0, 0, 0, 1]), 2)
    cost, is_open = column(2, 4, 1, 5), np.array([[True], [True], [False], [False]])
    found = sourcing.by_cost(column(1, 1, 1, 2), cost, is_open, by_need, 3.0)[:, 0]
    assert found.tolist() == pytest.approx([1, math.exp(-3), 1, 2])
    steep = sourcing.by_cost(column(1, 1, 1, 2), cost, is_open, by_need, 1e9)[:, 0]
    assert steep.tolist() == pytest.approx([1, math.exp(-100), 1, 2])


def test_ways_grow_by_use_beyond_four_fifths() -> None:
    """10 that carries 9 grows by a half of 1 and wears by a tenth: 9.5; idle it only wears."""
    size = np.array([10.0, 10.0])
    found = sourcing.grown_by_use(size, np.array([9.0, 8.0]), np.array([0.5]), np.array([0.1]))
    assert found.tolist() == [9.5, 9]


def test_satisfaction_against_the_usual() -> None:
    asked, usual = np.array([10.0, 10.0, 0.0, 10.0]), np.array([0.8, 0.8, 1.0, 0.0])
    found = sourcing.satisfied(np.array([4.0, 9.0, 0.0, 0.0]), asked, usual)
    assert found.tolist() == [0.5, 1, 1, 1]


def test_chance_and_expectation() -> None:
    """In the central case it happens when 1/2, 3/2 are reached; elsewhere when a draw is below."""
    expected = np.zeros(3)
    central = np.array([True, False, False])
    draw, chance = np.array([0.0, 0.39, 0.4]), np.full(3, 0.4)
    seen = [sourcing.happens(draw, chance, expected, central).tolist() for _ in range(5)]
    assert [each[0] for each in seen] == [False, True, False, True, False]
    assert seen[0][1:] == [True, False]
    assert expected.tolist() == pytest.approx([2, 2, 2])


def test_orders_that_hold_a_cover() -> None:
    """Use of 10, a cover of 2 and a lead of 3 months: 40 wanted, 5 deferred, 20 in stock and 12 on
    order leave a gap of 13; half of it, and the use: 16.5. Of 4 in work the gap counts 9."""

    def ordered(in_work: float | None, owned: float = 20) -> float:
        numbers = (np.array([each]) for each in (10.0, 5.0, owned, 12.0, 3.0, 2.0))
        working = None if in_work is None else np.array([in_work])
        return float(orders.hold_cover(*numbers, 2.0, working)[0])

    assert ordered(None) == 16.5
    assert ordered(4.0) == 14.5
    assert ordered(99.0) == 10
    assert ordered(99.0, owned=35) == 9
    assert ordered(None, owned=99) == 0


def test_what_rounding_leaves_of_a_sum_is_no_order() -> None:
    """0.1 is used and two months are held: 0.3 in stock are all that is wanted, and 0.2 - 0.3 + 0.1
    is 3e-17. So for the other rules."""
    tenth, none = np.array([0.1]), np.array([0.0])
    cover, lead, stock = np.array([2.0]), np.array([1.0]), np.array([0.3])
    assert orders.hold_cover(tenth, none, stock, none, lead, cover, 1.0) == 0
    assert orders.anchor_and_adjust(np.array([0.1 * 3]), np.array([-0.3]), 1.0) == 0
    assert orders.replace_use(tenth, tenth, cover, -stock, 1.0, sheds_surplus=True) == 0


def test_orders_that_replace_and_adjust() -> None:
    use, base = np.array([10.0]), np.array([8.0])
    for months, sheds, expected in ((3.0, True, 12.0), (1.0, True, 4.0), (1.0, False, 10.0)):
        found = orders.replace_use(
            use, base, np.array([months]), np.array([-20.0]), 2.0, sheds_surplus=sheds
        )
        assert found.tolist() == [expected]
    assert orders.anchor_and_adjust(use, np.array([-4.0]), 0.5).tolist() == [8]
    assert orders.anchor_and_adjust(use, np.array([-40.0]), 0.5).tolist() == [0]
    assert orders.smoothed(use, base, 0.25).tolist() == [9.5]


@pytest.mark.parametrize(
    ("shape", "made", "half"),
    [
        ("linear", 2.0, 2.0),
        ("s_curve", 2.0, 2.0),
        ("exponential", 4 * math.exp(-1), 4 * math.log(2)),
    ],
)
def test_ramps_of_four_months(shape: str, made: float, half: float) -> None:
    """What a rate of 1 has made after four months, and when half of it is reached."""
    four = np.array([4.0])
    assert ramps.output(shape, four, four)[0] == pytest.approx(made)
    assert ramps.risen(shape, four, np.array([half]))[0] == pytest.approx(0.5)
    assert ramps.length(shape, np.array([half]), half=True)[0] == pytest.approx(4)
    nine = ramps.months_to_nine_tenths(shape, four)
    assert ramps.risen(shape, four, nine)[0] == pytest.approx(0.9)
    assert ramps.length(shape=shape, months=nine)[0] == pytest.approx(4)
    months = ramps.months_until(shape, four, np.array([made]))
    assert months[0] == pytest.approx(4)
    assert ramps.months_until(shape, four, np.array([0.0]))[0] == 0


def test_ramps_beyond_their_length() -> None:
    """After six months a linear ramp of four has made 2 and 2 more; after two, half of a quarter
    of 4; an s-curve has made 4 (1/8) (3/4)."""
    four = np.array([4.0])
    assert ramps.output("linear", four, four + 2)[0] == 4
    assert ramps.output("s_curve", four, four + 2)[0] == 4
    assert ramps.output("linear", four, four / 2)[0] == 0.5
    assert ramps.output("s_curve", four, four / 2)[0] == 0.375
    assert ramps.risen("s_curve", four, np.array([1.0]))[0] == 0.15625
    assert ramps.risen("linear", four, np.array([9.0]))[0] == 1
    assert ramps.idle_shares("linear", four, 3)[:, 0].tolist() == [0.75, 0.5, 0.25, 0]
    assert ramps.idle_shares("linear", four, 3, first=2)[:, 0].tolist() == [0.25, 0]


def test_a_stage_of_half_a_month_is_over_within_one() -> None:
    """first = 1 / (1 + 2 x 0.5) = 1/2 and nothing stays: halves in the month and the next. A mean
    of 0.75 has one stage of 0.75 months: 0.4, then 0.2 of 0.4 and 0.4 more."""
    short = erlang(np.array([[0.1]]), np.array([[3]]), 3)[:, 0, 0]
    assert short.tolist() == [0.5, 0.5, 0, 0]
    long = erlang(np.array([[0.75]]), np.array([[2]]), 2)[:, 0, 0]
    assert long.tolist() == pytest.approx([0.4, 0.48, 0.12])
    profile = np.array([0.3, 0.2, 0.1, 0.4]).reshape(4, 1, 1)
    assert half_done(profile).tolist() == [[1]]
    assert half_done(profile[::-1]).tolist() == [[1]]
    assert half_done(np.array([0.1, 0.1, 0.8]).reshape(3, 1, 1)).tolist() == [[2]]
    assert monthly(np.array([[0.0, 1.0, 0.19]])).tolist() == [
        [0, 1, pytest.approx(1 - 0.81 ** (1 / 12))]
    ]


def test_prices_and_idle_capacity() -> None:
    asked, offer = np.array([150.0, 100.0, 50.0, 5.0]), np.array([100.0, 100.0, 100.0, 0.0])
    assert prices.scarcity_premium(asked, offer, 0.5, 0.2).tolist() == [0.2, 0, 0, 0.2]
    assert prices.scarcity_premium(asked, offer, 0.5, 9.0).tolist() == [0.25, 0, 0, 9]
    # a half more of little counts like a half more of much, and what is dust does not
    small, little = np.array([0.15, 0.1 + 1e-11]), np.array([0.1, 0.1])
    assert prices.scarcity_premium(small, little, 0.5, 9.0).tolist() == [pytest.approx(0.25), 0]
    assert prices.marked_up(asked, 0.5)[0] == 225
    idle = prices.idle_cost(asked, offer, np.array([2.0]), np.array([0.1]))
    assert idle.tolist() == [10, 0, 0, 1]


def test_overtime_goes_towards_the_most_and_back() -> None:
    """From 1.1: by a half of the way to 1.5 in four months at a scarcity of one half, 1.15; back by
    a quarter of 0.1."""
    found = overtime.ario(np.full(3, 1.1), np.array([0.5, 0.0, -1.0]), 1.5, 4.0)
    assert found.tolist() == pytest.approx([1.15, 1.075, 1.0])
    missing = overtime.scarcity(np.array([10.0, 10.0, 0.0]), np.array([4.0, 12.0, 0.0]))
    assert missing.tolist() == [0.6, 0, 0]
    both = overtime.scarcity(np.array([10.0]), np.array([12.0]), counts_surplus=True)
    assert both.tolist() == pytest.approx([-0.2])


def test_starts_that_inputs_allow() -> None:
    starts = production.starts_by_input(column(6, 9, 4), column(2, 3, 0))
    assert starts[:, 0].tolist() == [3, 3, math.inf]
    lines = np.array([0, 0, 2])
    by_line = GroupSum(lines, 3)
    assert production.scarcest(column(5, 3, 4), by_line)[:, 0].tolist() == [3, math.inf, 4]
    together = production.total(column(5, 4, 12), column(1, 2, 3), by_line)
    assert together[:, 0].tolist() == [3, math.inf, 4]
    needless = production.total(column(5, 4, 12), column(0, 3, 0), by_line)
    assert needless[:, 0].tolist() == [3, math.inf, math.inf]


def test_stocks_above_a_floor() -> None:
    assert stock.above(column(2, 2, 5), column(9, 4, 3), column(4, 4, 4))[:, 0].tolist() == [
        4,
        2,
        0,
    ]
    cut_off = np.array([12, 10, 9, 6])
    assert stock.raised(np.ones(4), 6, cut_off, 4.0, 3.0).tolist() == [1, 4, 4, 1]


def test_whole_lots_leave() -> None:
    account, left = np.zeros((1, 1)), []
    for _ in range(4):
        leaving, account = lots.whole_lots(account, np.array([[0.5]]), np.array([[1.0]]))
        left.append(float(leaving[0, 0]))
    assert left == [0, 1, 0, 1]
    nearly = lots.whole_lots(column(5.9999999999), column(0), column(3))
    assert nearly[0][0, 0] == 6
    assert nearly[1][0, 0] == pytest.approx(-1e-10, rel=1e-3)


def test_residuals_as_shares_of_volume() -> None:
    """6 - 4 - 5 + 2 = -1 over a volume of 17, of 20 with what was turned over inside."""

    def found(*more: Any) -> Any:
        return ledger.residuals(*(np.array([each]) for each in (2.0, 5.0, 2.0, 10.0)), *more)[0]

    assert found() == pytest.approx(1 / 17)
    assert found(np.array([3.0])) == pytest.approx(1 / 20)
    assert ledger.residuals(*[np.zeros(1) for _ in range(4)])[0] == 0
    two = ledger.residuals(*(np.full(2, each) for each in (1.0, 0.0, 0.0, 1.0)), np.array([1.0]))
    assert two.tolist() == [0.5, 1.0]


def test_claims_on_paper() -> None:
    """60 for claims of 20 and 80: alike 20 and 40, by a weight of 3 to 1 20 and 40, losses alike 0
    and 60, by rank 20 and 40."""
    claims, amount, group = column(20, 80), np.array([[60.0]]), GroupSum(np.array([0, 0]), 1)
    assert sharing.proportional(claims, amount, group)[:, 0].tolist() == [12, 48]
    assert sharing.equal_awards(claims, amount, group)[:, 0].tolist() == [20, 40]
    assert sharing.equal_losses(claims, amount, group)[:, 0].tolist() == [0, 60]
    assert sharing.talmud(claims, amount, group)[:, 0].tolist() == [10, 50]
    assert sharing.talmud(claims, amount / 3, group)[:, 0].tolist() == [10, 10]
    weighed = sharing.equal_awards(claims, amount / 3, group, column(1, 4))
    assert weighed[:, 0].tolist() == [4, 16]
    last = sharing.equal_awards(claims, amount, group, column(0, 1))
    assert last[:, 0].tolist() == [0, 60]
    last = sharing.equal_awards(claims, amount * 1.5, group, column(0, 1))
    assert last[:, 0].tolist() == [10, 80]
    rank = np.array([2, 1])
    assert sharing.by_rank(claims, amount * 1.5, group, rank)[:, 0].tolist() == [10, 80]
    high = sharing.highest_first(column(20, 80, 20), amount * 1.5, column(1, 2, 1))
    assert high[:, 0].tolist() == [5, 80, 5]
    high = sharing.highest_first(column(20, 80, 20), amount, column(1, 2, 0))
    assert high[:, 0].tolist() == [0, 60, 0]
    most = column(15, 30)
    assert sharing.capped_equal_losses(claims, most, amount, group)[:, 0].tolist() == [15, 30]


def test_limits_on_paper() -> None:
    """Two links of one pair and one of another, from flows of 60 and 30 at rest. A cut of a half
    leaves half of what would flow, a quota of 20 no more than that, an exemption a part."""
    groups = Groups.build([np.array([0, 1]), np.array([2])], np.array([0, 1, 1]))
    free = Limits.none(groups, column(60, 30), 2)
    assert free.at(column(70, 10))[:, 0].tolist() == [math.inf, math.inf]
    assert free.asked(column(1, 1, 1), column(2, 1)) is None

    def limited(**parts: tuple[float, float]) -> Limits:
        values = {name: column(*each) for name, each in parts.items()}
        return replace(free, waiting=column(0, 10), passed=column(0, 10), **values)

    cut = limited(share=(0.5, 1), fixed=(math.inf, 20), amount=(10, 25))
    assert cut.at(column(70, 10))[:, 0].tolist() == [35, 25]
    assert cut.at(column(10, 10))[:, 0].tolist() == [30, 25]
    exempt = limited(most=(40, 99), share=(0, 1), fixed=(math.inf, 20), part=(0.75, 1))
    assert exempt.left(column(80, 10))[:, 0].tolist() == [60, math.inf]
    assert exempt.at(column(80, 10))[:, 0].tolist() == [40, 99]
    # of 50 that the second need wants the cut has refused 10 already: 4 of each 5 are new
    anew = cut.asked(column(30, 40, 10), column(30, 50))
    assert anew is not None
    assert anew[:, 0].tolist() == pytest.approx([30 + 32, 10])
    # of four ordered under a cut of three quarters three are refused; of those of two thirds two
    assert limited(share=(0.25, 1)).odds[:, 0].tolist() == [3, 0]
    assert limited(share=(1, 0), part=(1 / 3, 1)).odds[:, 0].tolist() == pytest.approx([2, 0])
    # 45 of at most 30, a half of 60 at rest; with 100 more it is a half of 145
    flow = column(20, 25, 0)
    assert cut.has_room(flow, column(0, 0))[:, 0].tolist() == [False, False, True]
    assert cut.has_room(flow, column(100, 0))[:, 0].tolist() == [True, True, True]


def test_a_link_that_is_turned_away_again_stirs_nobody() -> None:
    """Its buyers have turned to others the first time."""
    nobody, first = np.array([False]), np.array([[True], [False]])
    trading = Trading(column(1), column(1), column(0), column(0), proportional, moves=nobody)
    trading.turn_away(first)
    assert trading.moves is not None
    assert trading.moves.tolist() == [True]
    trading.moves = nobody
    trading.turn_away(first)
    assert trading.moves.tolist() == [False]


def test_a_supplier_counts_by_what_it_had_however_little() -> None:
    """Half a unit that has become one counts twice, beside four that are four."""
    weight = sourcing.by_capacity(column(1, 1), column(1, 4), column(0.5, 4), GroupSum(ZEROS, 1))
    assert weight[:, 0].tolist() == [2, 1]


def test_orders_are_trimmed_to_the_room_of_their_pair() -> None:
    """70 for room of 35: halves; with 20 carried already, 45 of 90 leave 10 more; a full pair is
    refused."""
    groups = Groups.build([np.array([0, 1]), np.array([2])], np.array([0, 1, 1]))
    free = Limits.none(groups, column(60, 30), 2)
    cut = replace(free, share=column(0.5, 1))
    for carried, expected, refused in (
        (None, [15, 20, 50], None),
        ((15, 5, 0), [30 * 25 / 70, 40 * 25 / 70, 50], None),
        ((75, 45, 0), [0, 0, 50], [True, True, False]),
    ):
        orders_ = column(30, 40, 50)
        found = cut.trim(orders_, None, None if carried is None else column(*carried))
        assert orders_[:, 0].tolist() == pytest.approx(expected)
        assert (None if found is None else found[:, 0].tolist()) == refused
    beyond = cut.shares_beyond(column(25, 99), column(20, 30, 10))
    assert beyond[:, 0].tolist() == [0.5, 0.5, 0]
    room = cut.has_room(column(15, 14, 99), column(0, 0))
    assert room[:, 0].tolist() == [True, True, True]
    room = cut.has_room(column(15, 15, 99), column(0, 0))
    assert room[:, 0].tolist() == [False, False, True]


def test_a_chain_of_three_firms() -> None:
    """A sells 10 to B and 10 to C, B sells 20 to C: without A nothing is left, without C a buyer
    is missing to all."""
    supplier, buyer = np.array([0, 0, 1]), np.array([1, 2, 2])
    volume, industry = np.array([10.0, 10.0, 20.0]), np.array([0, 1, 2])
    network = systemic.Network(supplier, buyer, volume, industry)
    down, up = systemic.losses(network=network, failing=[np.array([0])])
    assert (down[:, 0].tolist(), up[:, 0].tolist()) == ([1, 1, 1], [1, 0, 0])
    linear = replace(network, kind=np.full(3, systemic.NON_ESSENTIAL))
    down, up = systemic.losses(linear, [np.array([1])])
    assert down[:, 0].tolist() == pytest.approx([0, 1, 2 / 3])
    assert up[:, 0].tolist() == pytest.approx([0.5, 1, 0])
    index = systemic.esri(network, weight=np.array([1.0, 1.0, 2.0]))
    assert index.whole.tolist() == [1, pytest.approx((0.5 + 1 + 2) / 4), 1]


def test_garbage_is_left_alone_for_a_while() -> None:
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_link_carries_its_cap_over_all_rounds() -> None:
    """100 wanted of two lines by 4 to 6, of which the second has 30: 40 and 30 at first, and of the
    30 that lack the first can carry 10 more, in one tier or in the second of two."""
    demand = column(100, 5)
    for tier in (None, np.array([1, 0])):
        market = Market.build(np.array([0, 0, 1]), np.array([0, 1, 0]), 2, 2, tier)
        found = allocate(
            market, column(200, 30), demand, column(0.4, 1, 0.6), column(50, math.inf, math.inf)
        )
        assert found.flow[:, 0].tolist() == pytest.approx([50, 5, 30])
        assert found.received[:, 0].tolist() == pytest.approx([80, 5])
        assert found.shipped[:, 0].tolist() == pytest.approx([55, 30])
    one = allocate(
        market, column(200, 30), demand, column(0.4, 1, 0.6), column(50, 9, 99), rounds=1
    )
    assert one.flow[:, 0].tolist() == pytest.approx([40, 5, 30])


def test_what_is_not_delivered_costs_nothing_without_a_price() -> None:
    """4 of 10 at 2 money each; with a price of 5 on unmet demand 30 more."""
    ends = np.zeros(1, dtype=np.int64)
    numbers = np.array([4.0]), np.array([10.0]), np.array([2.0])
    free, priced = transport(ends, ends, *numbers), transport(ends, ends, *numbers, unmet_cost=5.0)
    assert (free.flow.tolist(), free.cost) == ([4], 8)
    assert (priced.flow.tolist(), priced.cost) == ([4], 38)
    assert priced.supply_price.tolist() == [3]
    none = transport(ends[:0], ends[:0], *numbers[:2], numbers[2][:0], unmet_cost=5.0)
    assert none.cost == 50


def test_groups_that_cross_and_groups_that_are_empty() -> None:
    """Links 0 and 1 in the first group, 1 and 2 in the second, 4 alone in the third; no group, or
    one without links, has partners for nobody."""
    links = [np.array([0, 1]), np.array([1, 2]), np.array([4])]
    groups = Groups.build(links, np.array([0, 1, 1, 1, 2]))
    for marked, alone, others in (
        ([True, False, False], [True, True, False], [False, True, False]),
        ([True, True, False], [True, True, False], [True, True, False]),
        ([False, False, True], [False, False, True], [False, False, False]),
        ([False, False, False], [False, False, False], [False, False, False]),
    ):
        assert groups.crossing(np.array(marked)).tolist() == alone
        assert groups.crossing(np.array(marked), others=True).tolist() == others
    # needs 0 and 1 have a claim in the first group, need 1 one in the second, need 2 in the third
    sums = groups.by_claim(np.arange(10.0).reshape(5, 2))
    assert sums.tolist() == [[0, 1], [2, 3], [4 + 6, 5 + 7], [8, 9]]
    asking = np.array([True, False, False])
    assert groups.with_partners(asking).tolist() == [True, True, False]
    for empty in ([], [np.zeros(0, dtype=np.int64)]):
        nothing = Groups.build(empty, np.array([0, 1, 2]))
        assert nothing.crossing(np.zeros(len(empty), dtype=np.bool_)).tolist() == [False] * len(
            empty
        )
        assert nothing.with_partners(asking).tolist() == asking.tolist()


def test_rounds_are_counted_where_something_is_asked() -> None:
    """Of 10 wanted of 6 and 2 in one round 5 and 2 come, in the second the last unit; none is done
    where none may be, nothing is wanted, or nothing is there."""
    market = Market.build(np.array([0, 1]), np.array([0, 0]), 2, 1, tier=ZEROS[:1])
    weight, cap = column(1, 1), column(math.inf, math.inf)
    for supply, demand, most, flow, rounds in (
        ((6, 2), 10, None, [6, 2], 2),
        ((6, 2), 10, 1, [5, 2], 1),
        ((6, 2), 10, 0, [0, 0], 0),
        ((6, 2), 0, None, [0, 0], 0),
        ((0, 0), 10, None, [0, 0], 0),
        ((6, 6), 10, None, [5, 5], 1),
    ):
        found = allocate(market, column(*supply), column(demand), weight, cap, rounds=most)
        assert found.flow[:, 0].tolist() == flow
        assert found.rounds == rounds


def test_least_cost_is_found_at_any_scale() -> None:
    """7 and 5 for 6 and 4.5, 4 at most at 2 and 3 at 1.5 each; the rest at 5 and 9: in units, in
    thousand millions and in parts of them far below the solver's tolerance."""
    cost, cap = np.array([2.0, 5.0, 9.0, 1.5]), np.array([4.0, np.inf, np.inf, 3.0])
    line, need = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    for unit in (1.0, 1e9, 1e-12):
        goods, wants = np.array([7.0, 5.0]) * unit, np.array([6.0, 4.5]) * unit
        found = transport(line, need, goods, wants, cost, cap=cap * unit)
        np.testing.assert_allclose(found.flow / unit, [4, 1.5, 2, 3], rtol=1e-9)
        assert found.cost / unit == pytest.approx(4 * 2 + 1.5 * 5 + 2 * 9 + 3 * 1.5)
    nobody = transport(line[:0], need[:0], np.ones(2), np.ones(2), cost[:0])
    assert nobody.cost == 0


def test_what_is_enough_is_granted_to_the_last_digit() -> None:
    """Claims that exhaust an amount get themselves, not what is left of a sum without the rest."""
    claims = np.random.default_rng(5).random((6, 40)) * np.array([1, 3, 0, 7, 1e-3, 50])[:, None]
    group = GroupSum(np.array([0, 1, 1, 0, 1, 0]), 2)
    for rule in (sharing.equal_awards, sharing.equal_losses, sharing.proportional):
        assert np.array_equal(rule(claims, group(claims), group), claims)


def test_nobody_asks_again_over_a_link_that_is_full() -> None:
    """10 are wanted of two that have as much: 5 of each, of which one link carries 2, and then the
    other 3 from the other."""
    market = Market.build(np.array([0, 1]), np.array([0, 0]), 2, 1)
    found = allocate(market, column(10, 10), column(10), column(1, 1), column(2, np.inf))
    assert found.flow[:, 0].tolist() == [2, 8]
    assert found.rounds == 2


def test_what_is_next_to_nothing_need_not_balance() -> None:
    """What shrinks for years by a factor a month, below 1e-280; of no volume anything else must."""
    change, none = column(1e-281, 1e-270, 0), np.zeros((3, 1))
    found = ledger.residuals(change, none, none, none.copy())[:, 0] / ledger.EPS
    assert (found <= ledger.LIMIT).tolist() == [True, False, True]
