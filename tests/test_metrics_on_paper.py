"""Metrics at their edges, on paper: small units, short runs, the first month and the last."""

from __future__ import annotations

import numpy as np
import pytest

from sim.kernels.sums import NEVER, GroupSum
from sim.metrics import arithmetic as metrics
from sim.metrics import derive
from sim.metrics.metric import RunMetric
from sim.metrics.table import MONTHLY, SUMMARY, over_months
from tests.test_metrics import bullwhip


def months(*values: float) -> np.ndarray:
    """Return a series [months, 1, 1]."""
    return np.array(values, dtype=np.float64).reshape(-1, 1, 1)


def hit(month: int) -> np.ndarray:
    """Return the month of a need's first restriction."""
    return np.array([[month]])


def recovered(share: float, since: int, *service: float) -> float:
    """Return the months of a recovery."""
    return float(metrics.recovery(months(*service), hit(since), share)[0, 0])


def test_a_need_of_half_a_unit_is_a_need() -> None:
    """Half of it is met; where nothing is needed all is."""
    used, need = np.array([0.25, 0.0, 0.5]), np.array([0.5, 0.5, 0.0])
    assert metrics.service(used, need).tolist() == [0.5, 0, 1]
    assert metrics.unmet(used, need).tolist() == [0.25, 0.5, 0]
    assert metrics.met(used, need).tolist() == [0.25, 0, 0]
    assert metrics.fill_rate(months(0.25, 0.1), months(0.5, 0.1))[0, 0] == pytest.approx(0.35 / 0.6)


def test_fill_rate_after_counts_the_month_of_the_hit() -> None:
    """Of 10, 10 and 20 come 10, 5 and 0: from the second month on 5 of 30, in the last none."""
    used, need = months(10, 5, 0), months(10, 10, 20)
    for since, expected in ((0, 15 / 40), (1, 5 / 30), (2, 0), (3, 1), (NEVER, 15 / 40)):
        assert metrics.fill_rate_after(used, need, hit(since))[0, 0] == pytest.approx(expected)


def test_recovery_in_runs_that_end_soon() -> None:
    """Hit one, two or three months before the end: what stays for three months has been regained,
    what stays for two has not; one hit in the month after the last has lost nothing."""
    assert recovered(0.5, 4, 1, 1, 1, 1, 0.5) == np.inf
    assert recovered(0.5, 3, 1, 1, 1, 0.5, 1) == np.inf
    assert recovered(0.5, 2, 1, 1, 0.5, 1, 1) == np.inf
    assert recovered(0.5, 1, 1, 0.5, 1, 1, 1) == 0.5
    assert np.isnan(recovered(0.5, 5, 1, 1, 1, 1, 0.5))


def test_recovery_of_a_small_loss_and_of_none() -> None:
    """A fall by a millionth is one, by a million-millionth it is rounding; usual is the mean of 0.6
    and 1 before, so that 0.8 has not fallen."""
    assert recovered(0.5, 1, 1, 1 - 1e-6, 1, 1, 1) == pytest.approx(0.5)
    assert np.isnan(recovered(0.5, 1, 1, 1 - 1e-12, 1, 1, 1))
    assert np.isnan(recovered(0.5, 2, 0.6, 1, 0.8, 0.8, 0.8, 0.8))
    assert recovered(0.5, 2, 0.6, 1, 0.4, 0.6, 0.8, 0.8) == pytest.approx(1)


def test_recovery_of_many_needs_that_are_hit_in_their_own_months() -> None:
    """Three needs, two members each: half of what is lost is back in the months after the hit."""
    one = np.array([1, 0.5, 1, 1, 1, 1, 1, 1])
    series = np.stack([np.roll(one, place) for place in range(6)], axis=1).reshape(8, 3, 2)
    since = np.arange(1, 7).reshape(3, 2)
    found = metrics.recovery(series, since, 0.5)
    assert found.tolist() == [[0.5, 0.5], [0.5, 0.5], [np.inf, np.inf]]


def test_resilience_loss_counts_from_the_hit_against_what_was_usual() -> None:
    """0.8 before: 0.3 is lost in the next month, and more than usual makes up for nothing. Nothing
    is lost after the end; where nothing hits all that lacks from 1 is."""
    fill = months(0.8, 0.5, 1.0)
    for since, lost in ((1, 0.3), (2, 0), (3, 0), (0, 0.7), (NEVER, 0.7)):
        assert metrics.resilience_loss(fill, hit(since))[0, 0] == pytest.approx(lost)
    assert metrics.resilience_loss(months(0.4, 0.6, 0.2), hit(2))[0, 0] == pytest.approx(0.3)


@pytest.mark.parametrize("unit", [1, 0.01])
def test_substitution_ratio_of_a_year_before_and_the_last(unit: float) -> None:
    """Two years before the hit the others delivered 99 and the old supplier 7; in the year before
    it 20 and 40, in the last 30: 10 of 40. In units, and in hundreds."""
    others, legacy = (
        months(*[each * unit for value, count in pairs for each in [value] * count])
        for pairs in (((99, 12), (20, 12), (55, 6), (30, 12)), ((7, 12), (40, 12), (0, 18)))
    )
    found = metrics.substitution_ratio(others + legacy, legacy, hit(24))
    assert found[0, 0] == pytest.approx(0.25)
    late = metrics.substitution_ratio(others + legacy, legacy, hit(NEVER))
    assert np.isnan(late[0, 0])


def test_a_run_shorter_than_a_year_has_no_more_months_than_it_has() -> None:
    """Of 4 a month 3 and then 1 are imported: half; two months before the hit brought 20, 12 of
    them of the old supplier, one after it 17: others brought 8, 8 and 17, 3 a month more than 8."""
    assert metrics.import_dependence(months(3, 1), months(4, 4))[0, 0] == 0.5
    found = metrics.substitution_ratio(months(20, 20, 17), months(12, 12, 0), hit(2))
    assert found[0, 0] == pytest.approx(3 / 12)


@pytest.mark.parametrize("unit", [1, 0.01])
def test_small_imports_are_imports(unit: float) -> None:
    received = months(*[unit] * 12)
    assert metrics.import_dependence(received / 4, received)[0, 0] == pytest.approx(0.25)
    assert np.isnan(metrics.import_dependence(received * 0, received * 0)[0, 0])


@pytest.mark.parametrize("unit", [1, 0.01])
def test_added_cost_of_a_unit(unit: float) -> None:
    """At 9 two years before the hit, at 2 in the year before it, then 4, and 5 in the last."""
    price = months(*[9] * 12, *[2] * 12, *[4] * 6, *[5] * 12)
    units = np.full_like(price, unit)
    found = metrics.substitution_cost(price * units, units, hit(24))
    assert found[0, 0] == pytest.approx(3)
    for since in (0, 42, NEVER):
        assert np.isnan(metrics.substitution_cost(price * units, units, hit(since))[0, 0])
    for silent in (slice(0, 30), slice(30, None)):
        less = units.copy()
        less[silent] = 0
        assert np.isnan(metrics.substitution_cost(price * less, less, hit(24))[0, 0])


@pytest.mark.parametrize("delivered", [4.0, 0.5])
def test_cost_of_substitution_per_unit(delivered: float) -> None:
    """6 more for goods, 3 of capital, 1 saved on idle capacity: 8 over what was delivered."""
    numbers = (np.array([each]) for each in (6.0, 3.0, -1.0, delivered))
    assert metrics.cost_of_substitution(*numbers).tolist() == [8 / delivered]


def test_swings_of_small_orders() -> None:
    """Orders of 0.06 and 0.14 vary by 0.0016, against a tenth of 0.1 squared: 16."""
    orders = months(0.06, 0.14)
    assert bullwhip(orders, months(0.1, 0.1))[0, 0] == pytest.approx(16)
    assert bullwhip(months(0.1, 0.1), months(0.1, 0.1))[0, 0] == 0


def test_concentration_of_small_flows() -> None:
    """A half, a quarter and a quarter: 3750; the other need has no supplier."""
    flows = np.array([[0.2], [0.1], [0.1], [0.0]])
    received = np.array([[[0.4], [0.0]]])
    found = metrics.concentration(flows, GroupSum(np.array([0, 0, 0, 1]), 2), received)
    assert found[:, 0].tolist() == pytest.approx([3750, np.nan], nan_ok=True)


def test_metrics_over_some_months() -> None:
    """The fill rate of a period is of its sums, a stock what it is at its end, a flow its sum."""
    used, need = months(1, 4, 9), months(2, 8, 9)
    assert over_months(MONTHLY["fill_rate"], used, need)[0, 0] == pytest.approx(14 / 19)
    assert over_months(MONTHLY["unmet"], used, need)[0, 0] == 5
    assert over_months(MONTHLY["used"], used)[0, 0] == 14
    stock = over_months(MONTHLY["stock"], used)
    assert stock[0, 0] == 9
    assert not np.shares_memory(stock, used)
    series = {"used": used, "need": need, "stock": used}
    late = slice(1, None)
    found = [derive.over_period(each, series, late)[0, 0] for each in ("unmet", "used", "stock")]
    assert found == [4, 13, 9]


def test_times_of_the_summary_may_not_be_reached() -> None:
    """T50 and T90 alone: 1 where they are infinite, 0 where they are finite, NaN where they do not
    apply."""
    censored = [name for name, metric in SUMMARY.items() if metric.censored]
    assert censored == ["T50", "T90"]
    assert all(isinstance(metric, RunMetric) for metric in SUMMARY.values())
    found = derive.with_censored({"T50": np.array([[np.inf, 3.0, np.nan]])})["T50_censored"]
    np.testing.assert_array_equal(found, [[1, 0, np.nan]])
    service = months(1, 0, 0.5, 0.9, 1, 1, 1)
    assert SUMMARY["T50"].compute(service, hit(1))[0, 0] == pytest.approx(1)
    assert SUMMARY["T90"].compute(service, hit(1))[0, 0] == pytest.approx(2)
    names = derive.summary_names()
    assert names[names.index("T50") + 1] == "T50_censored"
    assert [derive.uncensored_name(each) for each in ("T50_censored", "hhi")] == ["T50", "hhi"]
