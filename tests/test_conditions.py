"""What a run must reach: read from text, and told of every run of a study."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from sim.analysis.conditions import Condition, conditions_of, held
from sim.errors import InputError
from sim.kernels.arrays import Floats
from sim.study.observables import Measure
from sim.study.study import Study
from sim.study.sweep import sweep
from tests.small_study import scenario

SHARES = [0.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("text", "condition", "metric"),
    [
        ("T90 > 24", Condition(Measure("T90", "", "", ""), ">", 24.0), "T90"),
        (
            "any unmet[AAA]<=3",
            Condition(Measure("unmet", "AAA", "", ""), "<=", 3.0, is_any=True),
            "unmet[AAA, *]",
        ),
        (
            "all unmet[*, optics, 2014] < 1",
            Condition(Measure("unmet", "", "optics", "2014"), "<", 1.0),
            "unmet[*, optics, 2014]",
        ),
        (
            "fill_rate[AAA] >= 0.95 by 2014-03",
            Condition(Measure("fill_rate", "AAA", "", "", ">=", 0.95), "<=", 0.0, by="2014-03"),
            "fill_rate[AAA, *] >= 0.95",
        ),
        (
            "backlog < 2 by 2014",
            Condition(Measure("backlog", "", "", "", "<", 2.0), "<=", 0.0, by="2014-12"),
            "backlog < 2",
        ),
    ],
)
def test_a_condition_is_read(text: str, condition: Condition, metric: str) -> None:
    """And the metric that it asks a study to keep reads back as what it compares."""
    assert conditions_of(text, "when") == (condition,)
    assert condition.metric == metric
    assert conditions_of(str(condition), "when") == (condition,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "when: '' is not a condition"),
        ("fill_rate", "when: 'fill_rate' is not a condition"),
        ("fill_rate < much", "'fill_rate < much' is not a condition"),
        ("fill_rate < 1 < 2", "is not a condition"),
        ("fill_rate < 1 by May", "when: 'May' is not a month; write YYYY or YYYY-MM"),
        (
            "x and T90 < 1 and y",
            "when: 'x' is not a condition; write one as in .*\nwhen: 'y' is not a condition",
        ),
    ],
)
def test_what_is_no_condition_is_refused_all_at_once(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        conditions_of(text, "when")


@pytest.fixture(scope="module")
def study() -> Study:
    """Run a study of three shares of a ban."""
    metrics = ["unmet", "T90", "fill_rate >= 0.99", "hhi[AAA, optics]"]
    return sweep(scenario(), factors={"events.ban.share": SHARES}, members=4, metrics=metrics)


def numbers(study: Study, metric: str) -> Floats:
    """Give a metric of all needs that it is kept of, [needs, points, members]."""
    kept = study.rows[study.rows["metric"] == metric]
    return np.array([study.values(metric, row.state, row.product) for row in kept.itertuples()])


def told(study: Study, text: str) -> Any:
    """Tell in which runs conditions hold."""
    return held(study, conditions_of(text, "when"))[0].tolist()


def test_all_needs_or_any(study: Study) -> None:
    unmet = numbers(study, "unmet") > 1
    assert told(study, "unmet > 1") == unmet.all(axis=0).tolist()
    assert told(study, "any unmet > 1") == unmet.any(axis=0).tolist()
    assert unmet.all(axis=0).any() != unmet.any(axis=0).any()


def test_from_a_month_on(study: Study) -> None:
    """Month 2014-01 is the 24th after the start."""
    since = numbers(study, "fill_rate >= 0.99")
    assert study.start == "2012-01"
    for by, months in (("2012-01", 0), ("2014-06", 29), ("2014", 35)):
        assert told(study, f"fill_rate >= 0.99 by {by}") == (since <= months).all(axis=0).tolist()
    assert np.isinf(since).any()


def test_several_together(study: Study) -> None:
    both = told(study, "any unmet > 1 and hhi[AAA, optics] > 0.5")
    assert (
        both
        == np.logical_and(
            told(study, "any unmet > 1"), told(study, "hhi[AAA, optics] > 0.5")
        ).tolist()
    )


def test_what_does_not_apply_is_not_known(study: Study) -> None:
    """Without a ban no need is hit, so there is no time to recover; one need never hit leaves the
    others their say."""
    holds, known = held(study, conditions_of("T90 > 0", "when"))
    applies = ~np.isnan(numbers(study, "T90"))
    assert np.array_equal(known, applies.any(axis=0))
    assert np.array_equal(
        holds, applies.any(axis=0) & (~applies | (numbers(study, "T90") > 0)).all(axis=0)
    )
    assert known.any()
    assert not known.all()


def test_what_is_not_kept_is_told(study: Study) -> None:
    with pytest.raises(InputError, match=re.escape("keeps no T50; did you mean 'T90'?")):
        held(study, conditions_of("T50 < 3", "when"))
    with pytest.raises(InputError, match="keeps no hhi of CCC; kept: AAA, optics"):
        held(study, conditions_of("hhi[CCC] < 3", "when"))


def test_different_starts_have_no_month_in_common() -> None:
    mixed = sweep(
        scenario(),
        factors={"start": ["2012-01", "2012-02"]},
        members=1,
        metrics=["fill_rate >= 0.99"],
    )
    with pytest.raises(InputError, match="start in different months"):
        held(mixed, conditions_of("fill_rate >= 0.99 by 2013-01", "when"))
