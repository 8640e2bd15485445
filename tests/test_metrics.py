"""Metrics against numbers worked by hand and closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.run import run
from sim.kernels.blocks import SIZE
from sim.kernels.moments import Moments
from sim.kernels.sums import NEVER, GroupSum
from sim.metrics import arithmetic as metrics
from sim.metrics.derive import supplies
from tests.worlds import world


def column(values: list[float]) -> np.ndarray:
    """Return a series [months, 1, 1]."""
    return np.array(values, dtype=np.float64).reshape(-1, 1, 1)


def moments(series: np.ndarray) -> Moments:
    """Add a series [months, rows, members] up month by month."""
    found = Moments(series[0])
    for month in series[1:]:
        found.add(month)
    return found


def bullwhip(orders: np.ndarray, demand: np.ndarray) -> np.ndarray:
    return metrics.bullwhip(moments(orders), moments(demand))


HIT = np.array([[2]])


def test_service_counts_only_what_meets_this_months_need() -> None:
    """Catching up is no more than 1, and nothing needed is met."""
    assert metrics.service(np.array([5.0, 12.0, 0.0]), np.array([10.0, 10.0, 0.0])).tolist() == [
        0.5,
        1.0,
        1.0,
    ]
    assert metrics.fill_rate(column([5, 12]), column([10, 10]))[0, 0] == 0.75


def test_recovery_interpolates_and_must_last() -> None:
    """From 0.2 up by 0.2 a month: half of the loss is back after two months, but not where it falls
    again."""
    assert metrics.recovery(column([1, 1, 0.2, 0.4, 0.6, 0.8, 1, 1, 1]), HIT, 0.5)[
        0, 0
    ] == pytest.approx(2.0)
    assert metrics.recovery(column([1, 1, 0.2, 0.4, 0.7, 0.9, 1, 1, 1]), HIT, 0.5)[
        0, 0
    ] == pytest.approx(1 + 0.2 / 0.3)
    assert metrics.recovery(column([1, 1, 0.2, 0.8, 0.3, 0.3, 0.8, 0.8, 0.8]), HIT, 0.5)[
        0, 0
    ] == pytest.approx(3 + 0.3 / 0.5)


def test_recovery_may_not_apply_or_never_come() -> None:
    """NaN where nothing fell or nothing hit, inf where it never comes back for good."""
    assert np.isnan(metrics.recovery(column([1, 1, 1, 1, 1]), HIT, 0.5)[0, 0])
    assert np.isnan(metrics.recovery(column([1, 0, 1, 1, 1]), np.array([[NEVER]]), 0.5)[0, 0])
    assert metrics.recovery(column([1, 1, 0.2, 0.2, 0.2]), HIT, 0.5)[0, 0] == np.inf
    assert metrics.recovery(column([1, 1, 0.2, 0.9, 0.9]), HIT, 0.5)[0, 0] == np.inf


@pytest.mark.parametrize(("share", "months"), [(0.5, 1.5), (0.9, 1.9)])
def test_recovery_is_told_from_the_loss_that_it_recovers_from(share: float, months: float) -> None:
    """From 0.5 back to 1 in the second month after the hit; an outage years later is another story,
    and so is one that comes three months after the usual level is back, but not two."""
    calm = [1, 1, 0.5, 0.5, 1, 1, 1]
    for later in ([0, 0, 1, 1, 1], [0, 0, 0], [1] * 40 + [0.2]):
        found = metrics.recovery(column([*calm, *later]), HIT, share)
        assert found[0, 0] == pytest.approx(months)
    early = column([*calm[:-1], 0, 1, 1, 1])
    assert metrics.recovery(early, HIT, share)[0, 0] == pytest.approx(4 + share)


def test_recovery_begins_with_the_first_fall() -> None:
    """Stocks last for two months after the hit: 1, 1, 0.6, 0.2, 0.6, 1 are back at 0.6 after 4."""
    fill = column([1, 1, 1, 1, 0.6, 0.2, 0.6, 1, 1, 1])
    assert metrics.recovery(fill, HIT, 0.5)[0, 0] == pytest.approx(4)
    assert metrics.recovery(fill, HIT, 0.75)[0, 0] == pytest.approx(4.5)


def test_recovery_of_the_last_months_is_not_seen() -> None:
    """Two months at the usual level are no three."""
    assert metrics.recovery(column([1, 1, 0.5, 1, 1]), HIT, 0.5)[0, 0] == np.inf
    assert metrics.recovery(column([1, 1, 0.5, 1]), HIT, 0.5)[0, 0] == np.inf


def test_recovery_counts_from_the_start_when_hit_at_once() -> None:
    """Service is taken to have been full before the run."""
    assert metrics.recovery(column([0.5, 0.5, 1, 1, 1]), np.array([[0]]), 0.9)[
        0, 0
    ] == pytest.approx(1 + 0.45 / 0.5)


def test_resilience_loss_of_an_exponential_recovery() -> None:
    """The month sum of 1 - 0.6 exp(-t/10): 6.305 (the trapezoid would give 6.005)."""
    service = column([1.0, *(1 - 0.6 * np.exp(-np.arange(200) / 10))])
    assert metrics.resilience_loss(service, np.array([[1]]))[0, 0] == pytest.approx(6.305, abs=5e-4)


def test_resilience_loss_is_counted_whether_or_not_a_restriction_hits() -> None:
    """Against the mean of 0.8 before the hit, 0.3 is lost; against full service, 0.4 and 0.5."""
    fill = column([0.6, 1.0, 0.5, 1.0])
    assert metrics.resilience_loss(fill, HIT)[0, 0] == pytest.approx(0.3)
    for never in (np.array([[NEVER]]), np.array([[0]])):
        assert metrics.resilience_loss(fill, never)[0, 0] == pytest.approx(0.9)


def test_fill_rate_after_is_of_the_whole_run_where_nothing_hits() -> None:
    used, need = column([10, 5, 0]), column([10, 10, 20])
    assert metrics.fill_rate_after(used, need, np.array([[1]]))[0, 0] == pytest.approx(5 / 30)
    assert metrics.fill_rate_after(used, need, np.array([[NEVER]]))[0, 0] == pytest.approx(15 / 40)


def test_suppliers_of_some_needs() -> None:
    """Two serve need 0, one need 1 and two need 3: of needs 1 to 3 two have some."""
    units = np.array([[30.0], [50.0], [20.0], [7.0], [3.0]])
    own, by_need = supplies(units, np.array([0, 0, 1, 3, 3]), range(1, 4))
    assert own.ravel().tolist() == [20, 7, 3]
    assert by_need(own).ravel().tolist() == [20, 0, 10]


def test_concentration() -> None:
    """Shares .4, .3, .2, .1 give 3000; one supplier 10,000; none NaN."""
    flows = np.array([[0.4], [7.0], [0.3], [0.2], [0.0], [0.1], [0.0]]) * 70
    by_need = GroupSum(np.array([0, 1, 0, 0, 2, 0, 2]), 4)
    received = by_need(flows)[None]
    found = metrics.concentration(flows, by_need, received)
    assert found[:, 0] == pytest.approx([3000, 10_000, np.nan, np.nan], nan_ok=True)
    small = metrics.concentration(flows / 1000, by_need, received)
    assert small[:2, 0] == pytest.approx([3000, 10_000])


def test_what_rounding_leaves_of_deliveries_is_none() -> None:
    """30 came in January 2014, and in the last year the last bits of a sum."""
    received = column([30.0] + [0.0] * 11 + [1e-16])
    dust, hit = np.array([[1e-16]]), np.array([[12]])
    assert np.isnan(metrics.import_dependence(received, received)[0, 0])
    assert np.isnan(metrics.substitution_cost(received, received, hit)[0, 0])
    assert np.isnan(metrics.concentration(dust, GroupSum(np.array([0]), 1), received)[0, 0])
    late = column([0.0] + [1e-16] + [30.0] * 12)
    assert np.isnan(metrics.substitution_ratio(late, late, np.array([[2]]))[0, 0])


def test_imports_count_in_the_last_year_however_long_the_run() -> None:
    """3 of 4 in each of the last twelve months, all of 4 before them."""
    for before in (0, 1, 20):
        imports = column([4.0] * before + [3.0] * 12)
        found = metrics.import_dependence(imports, np.full_like(imports, 4.0))
        assert found[0, 0] == pytest.approx(0.75)


def test_substitution_is_told_against_the_months_there_were() -> None:
    """Hit in the second month: 20 came before it, 12 of them of the old supplier; others bring 9
    more than their 8 in the last year."""
    received, legacy = column([20, *[17] * 12]), column([12, *[0] * 12])
    found = metrics.substitution_ratio(received, legacy, np.array([[1]]))[0, 0]
    assert found == pytest.approx(9 / 12)


def test_substitution_ratio() -> None:
    """Others deliver 10 more of the old suppliers' 40: a quarter is replaced; NaN where nothing
    came from them."""
    legacy = np.concatenate([np.full(12, 40.0), np.zeros(12)]).reshape(-1, 1, 1)
    received = legacy + np.concatenate([np.full(12, 20.0), np.full(12, 30.0)]).reshape(-1, 1, 1)
    assert metrics.substitution_ratio(received, legacy, np.array([[12]]))[0, 0] == pytest.approx(
        0.25
    )
    assert np.isnan(metrics.substitution_ratio(received, legacy * 0, np.array([[12]]))[0, 0])
    assert np.isnan(metrics.substitution_ratio(received, legacy, np.array([[0]]))[0, 0])


def test_import_dependence_looks_at_the_last_year() -> None:
    """Imports over receipts in the last twelve months; NaN where nothing was received."""
    received = column([10.0] * 24)
    imports = column([10.0] * 12 + [4.0] * 12)
    assert metrics.import_dependence(imports, received)[0, 0] == pytest.approx(0.4)
    assert np.isnan(metrics.import_dependence(imports * 0, received * 0)[0, 0])


def test_deferred_use_waits_until_it_is_given_up_or_made_up_for() -> None:
    """From March to May only 20 of 100 are shipped, and arrive a month later. Half of what lacks is
    given up: (100 - 20) / 2 = 40, (140 - 20) / 2 = 60, (160 - 20) / 2 = 70; then 170 are used."""
    ban = {
        "kind": "cut_off",
        "date": "2014-03",
        "until": "2014-06",
        "exporter": "BBB",
        "importer": "AAA",
    }
    engines = {"title": "Engines", "unit": "engines", "cancellation": 0.5}
    scenario = world(months=8, events={"ban": ban}, products={"engines": engines})
    series = run(scenario).records.series
    assert series["deferred"][:, 0, 0].tolist() == [0, 0, 0, 40, 60, 70, 0, 0]
    assert series["used"][6, 0, 0] == 170


def test_bullwhip_is_a_ratio_of_variances() -> None:
    """Orders of 6 and 14 around a mean of 10 vary by 16, demand of 9 and 11 by 1; the floor of a
    tenth of mean demand adds 1 more: 8. Constant demand leaves the floor alone: 16."""
    orders = column([6, 14, 14, 6])
    assert bullwhip(orders, column([9, 11, 9, 11]))[0, 0] == pytest.approx(8)
    assert bullwhip(orders, column([10, 10, 10, 10]))[0, 0] == pytest.approx(16)
    assert bullwhip(orders + 100, column([9, 11, 9, 11]))[0, 0] == pytest.approx(8)
    # a tenth of 20 is 2, and its square 4
    assert bullwhip(orders, column([20, 20, 20, 20]))[0, 0] == pytest.approx(4)
    assert bullwhip(orders, 0 * orders)[0, 0] == np.inf
    assert bullwhip(orders / 1000, 0 * orders)[0, 0] == np.inf
    assert bullwhip(0 * orders, 0 * orders)[0, 0] == 0
    assert bullwhip(orders, orders)[0, 0] == pytest.approx(16 / 17)


def test_mean_and_variance_of_what_comes_month_by_month() -> None:
    """Also of rows that go in blocks; what does not move has no variance, whatever its size."""
    series = np.random.Generator(np.random.PCG64(3)).lognormal(size=(7, 3 * SIZE, 1))
    series[:, 5] = 1e9 / 3
    found = moments(series)
    np.testing.assert_allclose(found.mean, series.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.variance, series.var(axis=0), rtol=1e-9, atol=1e-12)
    assert found.variance[5, 0] == 0


def test_bullwhip_takes_each_need_and_member_alone() -> None:
    orders = np.concatenate([column([6, 14]), column([10, 10])], axis=2)
    demand = np.full((2, 1, 2), 10.0)
    assert bullwhip(orders, demand).tolist() == [[pytest.approx(16), 0]]


def test_times_of_recovery_in_a_run() -> None:
    """Half is lost for three months, a month after the ban: 0.5 from June to August, 1 from
    September on. Three quarters are back half a month before, nine tenths of the loss a tenth."""
    ban = {
        "kind": "cut_off",
        "date": "2014-05",
        "until": "2014-08",
        "share": 0.625,
        "exporter": "BBB",
        "importer": "AAA",
    }
    engines = {"title": "Engines", "unit": "engines", "cancellation": 1}
    found = run(world(events={"ban": ban}, products={"engines": engines}))
    assert found.records.series["fill_rate"][4:9, 0, 0].tolist() == [1, 0.5, 0.5, 0.5, 1]
    assert found.records.summary["T50"].item() == pytest.approx(3.5)
    assert found.records.summary["T90"].item() == pytest.approx(3.9)
    assert found.records.summary["resilience_loss"].item() == pytest.approx(1.5)
