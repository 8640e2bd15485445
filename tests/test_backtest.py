"""The backtest: scores by hand, forecasts that do not know their own outcome, readings of records,
faulty files refused."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scoringrules

import sim
from sim.assess.observation import COLUMNS, Observation
from sim.assess.outcomes import Case, check_names, read_cases, read_outcomes
from sim.assess.past import FULL, HALF, TENTH, Past, logistic
from sim.engine.run import run
from sim.errors import InputError, ScenarioError
from sim.experiments.backtest import backtest, first_units, leave_out, told_left_out
from sim.experiments.backtest_all import Everything
from sim.experiments.rivals import Plans, twice_as_long
from sim.experiments.scores import COLUMNS as SCORED
from sim.experiments.scores import Backtest, Rivals, Score, crps
from sim.precedents import milestones
from sim.precedents.scores import flatness
from sim.scenario.lead_time import FromPrecedents
from sim.scenario.quantity import Quantity, month_number
from sim.scenario.schema import Scenario

ROOT = Path(__file__).parent.parent
BASELINE, OUTCOMES, CASES = (
    ROOT / "scenarios" / name for name in ("baseline.yaml", "data/outcomes.csv", "data/cases.csv")
)
ENGINES = {
    "helicopter_engines",
    "helicopter_engine_kits",
    "helicopter_engine_parts",
    "turbine_blades",
}
OVERRUN = [Case("literature", "cost_overrun", 1, 2, 3)]
Row = dict[str, str]


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return sim.load(BASELINE)


@pytest.fixture(scope="module")
def plans() -> Scenario:
    return sim.load(ROOT / "scenarios/announced_plan.yaml")


@pytest.fixture(scope="module")
def small() -> Backtest:
    """The form that takes seconds."""
    return small_form()


def small_form(outcomes: Path | None = None) -> Backtest:
    """Run the backtest with few members, to the end of 2017."""
    return backtest(BASELINE, members=6, months=72, outcomes=outcomes)


def changed(path: Path, target: Path, change: Callable[[Row], Row]) -> Path:
    """Write a table anew with every row changed."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [change(row) for row in csv.DictReader(file)]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return target


def outcome(**given: str) -> Observation:
    """Make an outcome, a number of Klimov's engines in 2015 unless told otherwise."""
    usual = {
        **{
            "category": "engines",
            "metric": "made",
            "date": "2015",
            "value": "10",
            "low": "",
            "high": "",
            "unit": "engines/yr",
        },
        **{
            "kind": "observed",
            "stated": "",
            "state": "RUS",
            "products": "helicopter_engine_kits",
            "reading": "year",
        },
        **{"of": "helicopter_engines", "replaces": "helicopter_engine_kits"},
    }
    return Observation(**{**usual, **given})


def score(samples: list[float], **given: str) -> dict[str, str | float]:
    """Score an ensemble against an outcome; plan 60, logistic 20."""
    return Score(
        outcome(**given),
        np.array(samples, dtype=np.float64),
        Rivals(60.0, 90.0, 20.0),
        month_number("2025-01"),
        "deep",
    ).row


def test_crps_of_a_point_is_its_error() -> None:
    assert crps(np.array([3.0]), 5.0) == 2.0


def test_crps_of_two_members_by_hand() -> None:
    """Members 0 and 2, outcome 1: mean error 1 less half of the mean distance 1. The step
    function's integral is 1/4 + 1/4."""
    assert crps(np.array([2.0, 0.0]), 1.0) == pytest.approx(0.5)


def test_crps_of_three_members_by_hand() -> None:
    """0, 1, 4 against 2: (2 + 1 + 2) / 3 less (2 (1 + 4 + 3)) / (2 x 9)."""
    assert crps(np.array([4.0, 0.0, 1.0]), 2.0) == pytest.approx(5 / 3 - 8 / 9)


def test_crps_is_the_integral_of_the_squared_distance_of_distributions() -> None:
    samples, value = np.random.default_rng(3).normal(size=50), 0.3
    grid = np.linspace(-8, 8, 160_001)
    below = np.searchsorted(np.sort(samples), grid, side="right") / samples.size
    assert crps(samples, value) == pytest.approx(
        float(np.sum((below - (grid >= value)) ** 2)) * (grid[1] - grid[0]), abs=1e-3
    )


def test_crps_agrees_with_scoringrules() -> None:
    samples = np.random.default_rng(4).normal(size=30)
    for value in (-2.0, 0.1, 3.0):
        theirs = scoringrules.crps_ensemble(value, samples, estimator="nrg")
        assert crps(samples, value) == pytest.approx(float(theirs))


def test_an_open_outcome_is_judged_up_to_its_month_only() -> None:
    """Members 1 and 3, open at 5: F is 1/2 over 2 months and 1 over 2 more: 1/2 + 2. Members 4 and
    9: 1/2 over the month before 5. A plan for 3 is two months past, one for 8 is not."""
    assert crps(np.array([3.0, 1.0]), 5.0, True) == pytest.approx(2.5)
    assert crps(np.array([9.0, 4.0]), 5.0, True) == pytest.approx(0.25)
    assert crps(np.array([3.0]), 5.0, True) == 2
    assert crps(np.array([8.0]), 5.0, True) == 0


def test_what_had_not_come_is_a_miss_only_where_the_interval_is_past() -> None:
    """Nobody knows of the others; its PIT lies beyond the members that had come."""
    first = float(month_number("2016-01"))
    given = {"value": "after 2015-12", "unit": "date", "date": "2015-12", "reading": "unit 1"}
    past = score([first - 9, first - 1], **given)
    assert (past["in50"], past["in90"], past["seen"]) == ("no", "no", "no")
    assert past["pit"] == 1
    still = score([first - 9, first, first], **given)
    assert (still["in50"], still["in90"], still["outcome"]) == ("", "", "after 2015-12")
    assert 1 / 3 <= float(still["pit"]) <= 1


def test_the_pit_lies_between_the_members_below_and_up_to_the_outcome() -> None:
    """Drawn by the outcome's name, so it stays whatever else is scored."""
    between = float(score([0.0, 10.0, 10.0, 20.0])["pit"])
    assert 0.25 <= between <= 0.75
    assert between == float(score([0.0, 10.0, 10.0, 20.0])["pit"])
    assert between != float(score([0.0, 10.0, 10.0, 20.0], metric="sold")["pit"])
    assert score([1.0, 2.0, 11.0, 12.0])["pit"] == 0.5
    drawn = [float(score([0.0, 10.0, 10.0, 20.0], metric=str(each))["pit"]) for each in range(200)]
    assert flatness((np.array(drawn) - 0.25) * 2, 200)[1] > 0.01


def test_intervals_cover_what_lies_within() -> None:
    """0 to 100: the middle half is 25 to 75, nine tenths are 5 to 95."""
    even = [float(each) for each in range(101)]
    found = {
        value: (row["in50"], row["in90"])
        for value in ("50", "80", "96")
        for row in [score(even, value=value)]
    }
    assert found == {"50": ("yes", "yes"), "80": ("no", "yes"), "96": ("no", "no")}


def test_a_disputed_band_is_met_by_an_interval_that_touches_it() -> None:
    assert score([1.0, 2.0, 3.0], value="10", low="2.5", high="20")["in50"] == "yes"
    assert score([1.0, 2.0, 3.0], value="10", low="2.6", high="20")["in50"] == "no"


def test_bias_and_the_best_forecast() -> None:
    row = score([4.0, 8.0])
    assert (row["bias"], row["crps_plan"], row["crps_naive"], row["best"]) == (
        -4.0,
        50.0,
        10.0,
        "model",
    )
    assert score([100.0, 200.0])["best"] == "naive"


def test_a_row_has_the_columns_of_the_table() -> None:
    assert set(score([4.0, 8.0])) == set(SCORED)
    assert len(SCORED) == len(set(SCORED))


def test_dates_are_scored_in_months_and_written_as_months() -> None:
    never = float(month_number("2025-01"))
    row = score(
        [float(month_number("2020-01")), never], value="2019-11", unit="date", date="2019-11"
    )
    assert (row["outcome"], str(row["p05"])[:4], row["p95"]) == ("2019-11", "2020", "2024-10")
    assert row["bias"] == pytest.approx((2 + 62) / 2)
    assert score([never], value="2019-11", unit="date", date="2019-11")["p50"] == "after 2024-12"


def test_an_interval_holds_the_months_that_it_is_written_with() -> None:
    """Of members in June and August the 5 % point lies a tenth of a month after June: in June."""
    june = float(month_number("2015-06"))
    row = score([june, june + 2], value="2015-06", unit="date", date="2015-06")
    assert (row["p05"], row["outcome"], row["in90"]) == ("2015-06", "2015-06", "yes")
    assert score([june + 1, june + 3], value="2015-06", unit="date", date="2015-06")["in90"] == "no"


def test_the_logistic_is_fixed_and_nothing_before_the_cut_off() -> None:
    assert logistic(np.array([-1.0, TENTH, HALF, 48.0])) == pytest.approx([0.0, 0.1, 0.5, 0.9])


def test_readings_by_hand(baseline: Scenario) -> None:
    """A kit a month from 2015 on: year, first and fifth unit, and when a year's output is nine
    tenths of a year's need."""
    scenario = baseline.model_copy(update={"months": 60})
    past = Past(scenario, run(scenario, members=1).records)
    row = past.records.lines.index(("klimov", "RUS", "helicopter_engine_kits"))
    need = past.records.needs.index(("RUS", "helicopter_engines"))
    past.records.output[:] = 0.0
    past.records.output[36:, row] = 1.0
    past.records.series["need"][:, need] = 1.0
    assert past.forecast(outcome()) == [12.0]
    dates = {
        reading: past.forecast(outcome(reading=reading, unit="date"))[0]
        for reading in ("unit 1", "unit 5", "full", "unit 99")
    }
    expected = {"unit 1": "2015-01", "unit 5": "2015-05", "full": "2015-11", "unit 99": "2017-01"}
    assert FULL == 0.9
    assert dates == {reading: month_number(month) for reading, month in expected.items()}
    assert past.forecast(outcome(reading="level", unit="%", date="2015-02")) == pytest.approx(
        [100 * 2 / 3]
    )


def test_sets_count_as_far_as_the_scarcer_part(baseline: Scenario) -> None:
    """Gears hold up propulsion units after turbines are there."""
    scenario = baseline.model_copy(update={"months": 60})
    past = Past(scenario, run(scenario, members=1).records)
    lines = past.records.lines
    past.records.output[:] = 0.0
    past.records.output[30:, lines.index(("saturn", "RUS", "naval_gas_turbines"))] = 1.0
    past.records.output[40:, lines.index(("zvezda", "RUS", "naval_reduction_gears"))] = 1.0
    first = past.forecast(
        outcome(
            products="naval_gas_turbines naval_reduction_gears",
            of="naval_propulsion_units",
            reading="unit 1",
        )
    )
    assert first == [month_number("2015-05")]


def test_a_line_is_ready_when_it_could_make_a_unit_a_year(baseline: Scenario) -> None:
    scenario = baseline.model_copy(update={"months": 60})
    past = Past(scenario, run(scenario, members=1).records)
    row = past.records.lines.index(("saturn", "RUS", "naval_gas_turbines"))
    past.records.usable[:] = 0.0
    past.records.usable[20:, row] = 0.08
    past.records.usable[25:, row] = 0.09
    assert past.forecast(outcome(products="naval_gas_turbines", reading="ready", unit="date")) == [
        month_number("2014-02")
    ]


def test_an_ally_takes_over_with_a_tenth_of_the_old_supplies(baseline: Scenario) -> None:
    """Belarus's sights count from a tenth of Ukraine's on; what it supplied at the start does not,
    nor do states of no bloc."""
    scenario = baseline.model_copy(update={"months": 60})
    counts = {}
    for exporter, gain in (("BLR", 0.99), ("BLR", 1.01), ("CHN", 5.0)):
        past = Past(scenario, run(scenario, members=1).records)
        routes, flows = list(past.records.routes), past.records.flows
        flows[:] = 0.0
        flows[0, routes.index(("UKR", "RUS", "optics_sights"))] = 10.0
        flows[:, routes.index(("BLR", "RUS", "optics_sights"))] = 3.0
        good = "optics_sights" if exporter == "BLR" else "marine_diesels"
        flows[-1, routes.index((exporter, "RUS", good))] += gain
        counts[exporter, gain] = float(past.forecast(outcome(reading="allies"))[0])
    assert counts == {("BLR", 0.99): 0, ("BLR", 1.01): 1, ("CHN", 5.0): 0}


def test_leaving_out_takes_precedents_of_other_clusters(
    baseline: Scenario, plans: Scenario
) -> None:
    """Work begun before counts from its month by its head start; what was announced, by its ratio;
    other products keep their numbers, and no fit knows the case's own clusters."""
    new = leave_out(baseline, "engines", {*ENGINES, "naval_gas_turbines"}, OVERRUN, plans)
    now, before = (each.programmes["russian_programme"].candidates for each in (new, baseline))
    begun, promised = now["klimov_kits"], now["saturn_turbines"]
    assert begun.clock == "2011-06"
    assert begun.lead_time is not None
    assert begun.lead_time.precedents is not None
    assert (begun.lead_time.precedents.class_, begun.lead_time.precedents.head_start) == (
        "deep",
        "plant",
    )
    assert promised.lead_time is not None
    assert promised.lead_time.announced == before["saturn_turbines"].announced_months
    assert (promised.clock, promised.build_months) == ("decision", None)
    assert now["zvezda_gears"] == before["zvezda_gears"]
    assert new.precedents.left_out
    assert not baseline.precedents.left_out


def test_work_begun_before_takes_the_plan_for_its_first_unit(
    baseline: Scenario, plans: Scenario
) -> None:
    """From the month in which it was stated; what was announced of the whole says little of it."""
    first = outcome(reading="unit 1", unit="date", value="2015-06")
    said = outcome(kind="plan", unit="date", value="2014-12", stated="2014-06")
    vague = outcome(kind="plan", unit="date", value="2014-12", stated="2014")
    past = outcome(kind="plan", unit="date", value="2014-06", stated="2014-06")
    assert first_units([first], lambda _: said) == {"helicopter_engine_kits": said}
    for plan in (vague, past, None):
        assert first_units([first], lambda _, plan=plan: plan) == {}
    assert first_units([outcome(reading="ready")], lambda _: said) == {}
    promised = {"helicopter_engine_kits": said, "naval_gas_turbines": said}
    new = leave_out(
        baseline, "engines", {*ENGINES, "naval_gas_turbines"}, OVERRUN, plans, promised
    ).programmes["russian_programme"]
    told = new.candidates["klimov_kits"].lead_time
    assert told is not None
    assert (told.announced, told.stated_on, told.class_) == ("2014-12", "2014-06", "deep")
    other = new.candidates["saturn_turbines"].lead_time
    assert other is not None
    assert other.stated_on is None


def test_costs_that_know_the_overrun_are_as_planned_times_that_of_others(
    baseline: Scenario, plans: Scenario
) -> None:
    cost = leave_out(baseline, "b", (), OVERRUN, plans).complexity["hard_components"].capital_cost
    planned = plans.complexity["hard_components"].capital_cost
    assert planned.low is not None
    assert planned.high is not None
    assert cost != baseline.complexity["hard_components"].capital_cost
    assert (cost.low, cost.value, cost.high) == (planned.low, 2 * planned.value, 3 * planned.high)


def test_own_cases_change_nothing(baseline: Scenario, plans: Scenario) -> None:
    """A category's forecast does not know its own overruns, and does know those of the others."""
    wild = [*OVERRUN, Case("own", "cost_overrun", 0, 300, 600)]
    assert leave_out(baseline, "own", ENGINES, wild, plans) == leave_out(
        baseline, "own", ENGINES, OVERRUN, plans
    )
    assert leave_out(baseline, "another", ENGINES, wild, plans) != leave_out(
        baseline, "another", ENGINES, OVERRUN, plans
    )


def test_words_say_which_precedents_the_fits_leave_out(small: Backtest) -> None:
    """With how many milestones, so that a wrong name shows."""
    counts = milestones()["cluster"].value_counts()
    told = [f"{each} ({counts[each]} shipped)" for each in ("rus_ukr_2014", "rus_west_2014")]
    assert small.text.endswith(f"Fits leave out the milestones of {', '.join(told)}.")
    assert told_left_out(["mine_2030"]).endswith("mine_2030 (none shipped).")
    assert "names no cluster" in told_left_out([])


def test_no_other_case_is_refused(baseline: Scenario, plans: Scenario) -> None:
    with pytest.raises(InputError, match="no other category has a documented case of cost"):
        leave_out(baseline, "a", (), [Case("a", "cost_overrun", 1, 2, 3)], plans)


def test_permuted_outcomes_leave_their_forecast_bit_identical(
    small: Backtest, tmp_path: Path
) -> None:
    """Permute what happened to the helicopter engines in 2014 to 2016: the scores move, no forecast
    does."""
    swapped = {"2014": "10", "2015": "60", "2016": "0"}

    def swap(row: Row) -> Row:
        is_own = (
            row["metric"] == "all_russian_medium_helicopter_engines" and row["kind"] == "observed"
        )
        return {**row, "value": swapped[row["date"]]} if is_own else row

    again = small_form(changed(OUTCOMES, tmp_path / "outcomes.csv", swap))
    for one, other in zip(small.scores, again.scores, strict=True):
        assert one.samples.tobytes() == other.samples.tobytes()
        assert one.rivals == other.rivals
    assert (small.table["outcome"] != again.table["outcome"]).sum() == 3
    assert not small.table["crps_model"].equals(again.table["crps_model"])


def test_the_small_form_is_deterministic(small: Backtest) -> None:
    again = small_form()
    assert again.table.equals(small.table)
    assert again.text == small.text


def test_the_small_form_scores_what_its_months_hold(small: Backtest) -> None:
    assert {each.outcome.date[:4] for each in small.scores} == {"2014", "2015", "2016", "2017"}
    late = [each.metric for each, reason in small.unscored if reason == "after the end of the run"]
    assert {
        "first_complete_unit",
        "fourth_complete_unit",
        "named_completed_substitutions_outside_Russia",
    } <= set(late)


def test_misses_are_reported_as_misses(small: Backtest) -> None:
    """Ten engines were made in 2015; without its own history the model foresees hardly any in the
    middle, and says that its 50 % interval misses."""
    metric = "all_russian_medium_helicopter_engines"
    row = next(
        each.row
        for each in small.scores
        if (each.outcome.metric, each.outcome.date) == (metric, "2015")
    )
    assert (row["outcome"], row["in50"], row["in90"]) == ("10", "no", "yes")
    assert any("2015 | 10 |" in line and "| no | yes |" in line for line in small.text.splitlines())
    observed = small.table[small.table["kind"].isin(["observed", "milestone"])]
    covered = int((observed["in90"] == "yes").sum())
    assert f"90 % intervals cover {covered} of {len(observed)} outcomes" in small.text


def test_the_published_plan_comes_before_the_plan_scenario(small: Backtest) -> None:
    """60, 120 and 310 engines were announced in 2014 for the three years from then on; what was
    announced later does not count."""
    rows = small.table[small.table["metric"] == "all_russian_medium_helicopter_engines"]
    assert list(rows["plan"]) == ["60", "120", "310"]


def test_twice_the_plan_takes_twice_as_long(plans: Scenario) -> None:
    """A published date is as far again from its statement, half of a published amount is there, and
    all months of the plans are doubled."""
    run_once = Past(plans, run(plans, members=1, months=48).records)
    rows = [
        outcome(kind="plan", stated="2014-06", value="120"),
        outcome(
            kind="plan", stated="2014-07", value="2017-06", unit="date", date="2019-02", metric="at"
        ),
    ]
    rivals = Plans(rows, run_once, run_once)
    assert (rivals.year, rivals.plan(outcome()), rivals.twice(outcome())) == ("2014", 120, 60)
    dated = outcome(value="2019-02", unit="date", date="2019-02", metric="at", reading="unit 1")
    assert rivals.twice(dated) == month_number("2014-07") + 2 * 35
    later = Plans([outcome(kind="plan", stated="2015-06", value="60")], run_once, run_once)
    assert later.plan(outcome()) != 60
    late = twice_as_long(plans).programmes["russian_programme"]
    now = plans.programmes["russian_programme"]
    assert late.slippage.value == 2 * now.slippage.value
    for name, each in now.candidates.items():
        if each.announced_months is not None:
            months = late.candidates[name].announced_months
            assert months is not None
            assert months.value == 2 * each.announced_months.value


def test_claims_stand_apart_from_observations(small: Backtest) -> None:
    observed, claimed = small.text.split("### Claimed by officials or experts")
    assert "programme_ukraine" not in observed
    assert "| programme_ukraine | share | 2015-06 | 30.6 |" in claimed


def test_every_outcome_is_scored_or_has_a_reason(small: Backtest) -> None:
    assert len(small.scores) + len(small.unscored) == len(read_outcomes(OUTCOMES))
    assert all(reason for _, reason in small.unscored)
    plans = {each.name for each, reason in small.unscored if reason.startswith("a plan")}
    assert plans == {each.name for each in read_outcomes(OUTCOMES) if each.kind == "plan"}


def test_the_shipped_files_name_sources_and_what_the_model_has(baseline: Scenario) -> None:
    """Every row has a source; cases cite sources of the scenario or a publication; nothing comes
    from SIPRI."""
    with CASES.open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    assert all(
        row["source"] in baseline.sources or row["category"] == "literature" for row in cases
    )
    with OUTCOMES.open(encoding="utf-8", newline="") as file:
        outcomes = list(csv.DictReader(file))
    assert all(row["source"] and row["confidence"] for row in outcomes)
    assert "sipri" not in OUTCOMES.read_text(encoding="utf-8").lower()
    named = {
        name
        for each in read_outcomes(OUTCOMES)
        for name in f"{each.products} {each.of} {each.replaces}".split()
    }
    assert named <= {*baseline.products, *baseline.programmes}


def test_without_a_cut_off_the_logistic_says_nothing() -> None:
    """A scenario in which nobody stops supplying is scored all the same, against the plans."""
    never = backtest(ROOT / "scenarios/no_cutoff.yaml", members=2, months=48)
    engines = never.table[never.table["category"] == "helicopter_engines"]
    assert len(engines) == 3
    assert set(engines["naive"]) == {""}
    assert set(engines["best"]) <= {"model", "plan", "twice_plan"}


@pytest.mark.parametrize(
    ("change", "message"),
    [({"state": "XXX"}, "no state XXX"), ({"of": "tanks"}, "does not need all of tanks")],
)
def test_an_outcome_of_what_the_scenario_lacks_is_refused(
    change: Row, message: str, baseline: Scenario
) -> None:
    scenario = baseline.model_copy(update={"months": 48})
    with pytest.raises(InputError, match=message):
        Past(scenario, run(scenario, members=1).records).forecast(outcome(**change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unit": ""}, "has no unit"),
        ({"value": ""}, "has no value"),
        ({"value": "many"}, "must be numbers"),
        (
            {"reading": "unit", "unit": "date", "value": "2015-01"},
            "'unit': unit needs the number of the unit",
        ),
        ({"reading": "year 3"}, "'year 3': year takes no further word"),
        ({"reading": "ready"}, "'ready' tells a month: its unit is date"),
        ({"reading": "met"}, "'met' tells a share: its unit begins with %"),
        ({"unit": "%"}, "'year' tells an amount: its unit is what is counted"),
        ({"reading": "bought A B"}, "bought needs a state or nothing"),
        ({"date": "2015-06"}, "reading 'year' is of a year, YYYY, not '2015-06'"),
        ({"reading": "level", "unit": "%"}, "reading 'level' is of a month, YYYY-MM, not '2015'"),
        ({"stated": "soon"}, "says when it was stated, YYYY-MM or YYYY"),
        ({"value": "nan"}, "must be finite"),
        ({"low": "11"}, "not between low and high"),
        ({"kind": "rumour"}, "kind 'rumour' is none of"),
        ({"reading": "guess"}, "reading 'guess' is none of"),
        (
            {"confidence": "sure"},
            "confidence 'sure' is none of documented, estimated, disputed, assumed",
        ),
        (
            {"date": "once", "reading": ""},
            "date 'once' is none; write YYYY or YYYY-MM",
        ),
        ({"value": "after 2015"}, r"must be numbers \(decimals take a point\), or months"),
        (
            {
                "value": "after 2015-12",
                "unit": "date",
                "high": "2016-01",
                "reading": "unit 1",
            },
            "has not come has no low and high",
        ),
    ],
)
def test_a_faulty_outcome_is_refused_with_its_line(
    change: Row, message: str, tmp_path: Path
) -> None:
    def spoil(row: Row) -> Row:
        is_it = (row["metric"], row["date"], row["kind"]) == (
            "all_russian_medium_helicopter_engines",
            "2015",
            "observed",
        )
        return {**row, **change} if is_it else row

    path = changed(OUTCOMES, tmp_path / "outcomes.csv", spoil)
    lines = path.read_text(encoding="utf-8").splitlines()
    untouched = OUTCOMES.read_text(encoding="utf-8").splitlines()
    line = next(
        number
        for number, (one, other) in enumerate(zip(lines, untouched, strict=True), start=1)
        if one != other
    )
    with pytest.raises(ScenarioError, match=message) as caught:
        read_outcomes(path)
    assert [(fault.place.line, fault.path) for fault in caught.value.faults] == [
        (line, "helicopter_engines.all_russian_medium_helicopter_engines")
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [({"low": "x"}, "must be numbers"), ({"low": "700"}, "not between low and high")],
)
def test_a_faulty_case_is_refused(change: Row, message: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=message):
        read_cases(changed(CASES, tmp_path / "cases.csv", lambda row: {**row, **change}))


def test_a_missing_file_or_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv: No such file"):
        read_outcomes(tmp_path / "nowhere.csv")
    (tmp_path / "short.csv").write_text("category,metric\na,b\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"short\.csv: has no column date, value, .*; the columns"):
        read_outcomes(tmp_path / "short.csv")


ODD = """a,made,2015,many,,,units,seen,,RUS,x,year,,
a,short
a,first,2015-06,3,,,units,milestone,,RUS,x,unit,,
a,share,2015,3,,,units,observed,,RUS,x,from BLR,,
"""


def test_all_faults_of_outcomes_come_at_once_with_their_cells(tmp_path: Path) -> None:
    """A mark of byte order, as spreadsheets write it, is none."""
    path = tmp_path / "odd.csv"
    path.write_text("\ufeff" + ",".join(COLUMNS) + "\n" + ODD, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_outcomes(path)
    told = [(each.place.line, each.place.column) for each in caught.value.faults]
    assert told == [(2, 13), (2, 26), (3, 1), (4, 21), (4, 44), (5, 18)]


def test_all_names_that_a_scenario_lacks_come_at_once(baseline: Scenario) -> None:
    """A word of `replaces` that is none would leave in what is to be left out."""
    wrong = outcome(state="XXX", products="tanks", of="", replaces="engines")
    share = outcome(unit="%", reading="from XXX", products="")
    told = outcome(state="XXX", unit="text")
    with pytest.raises(ScenarioError) as caught:
        check_names([outcome(), wrong, share, told], baseline)
    assert sorted(fault.message for fault in caught.value.faults) == [
        "reading 'from XXX' needs the products that it is of",
        "the scenario has no product or programme engines",
        "the scenario has no product tanks",
        "the scenario has no state XXX",
    ]


def test_all_that_a_run_does_not_tell_comes_at_once(baseline: Scenario, tmp_path: Path) -> None:
    """With their cells: Belarus makes no engines that anybody buys, and needs no sights."""
    asked = {
        "state": "BLR",
        "kind": "observed",
        "low": "",
        "high": "",
        "date": "2014",
        "value": "1",
    }
    asked["products"] = "turbine_blades"
    bought = asked | {"reading": "bought", "unit": "x"}
    full = asked | {"reading": "full", "unit": "date", "of": "turbine_blades", "value": "2014-01"}

    def spoil(row: Row) -> Row:
        return row | (bought if row["metric"] == "deliveries" else full)

    path = changed(OUTCOMES, tmp_path / "o.csv", spoil)
    with pytest.raises(ScenarioError) as caught:
        backtest(baseline, members=1, months=36, outcomes=path)
    assert {each.message.split(" of ")[0] for each in caught.value.faults} == {
        "BLR buys none",
        "BLR does not need all",
    }
    assert all(each.place.line and each.place.column > 1 for each in caught.value.faults)


def early_by_far(row: Row) -> Row:
    """Move a row before the start of the shipped case."""
    return row | {"date": "2011" + row["date"][4:]}


def test_what_lies_before_the_run_is_not_scored(tmp_path: Path) -> None:
    """Nothing was made then, as far as the run tells."""
    early = changed(OUTCOMES, tmp_path / "outcomes.csv", early_by_far)
    found = backtest(BASELINE, members=1, months=12, outcomes=early)
    assert not found.scores
    assert list(found.table.columns) == list(SCORED)
    assert "Nothing scored." in found.text
    assert "Nothing observed." in Everything({"baseline": found}, None).text
    assert Everything({"baseline": found}, None).chart() is None
    assert "before the start of the run" in {reason for _, reason in found.unscored}


def test_what_a_buyer_bought_needs_a_run_of_calendar_years(
    baseline: Scenario, tmp_path: Path
) -> None:
    bought = {
        "reading": "bought",
        "unit": "engines",
        "kind": "observed",
        "value": "1",
        "date": "2014",
    }
    asked = {"state": "RUS", "products": "helicopter_engines", "low": "", "high": "", "of": ""}
    path = changed(OUTCOMES, tmp_path / "o.csv", lambda row: row | bought | asked)
    late = baseline.model_copy(update={"start": "2012-02"})
    found = backtest(late, members=1, months=35, outcomes=path)
    assert not found.scores
    assert {reason for _, reason in found.unscored} == {
        "the years of a run that does not begin in January are none of the calendar"
    }


def test_a_level_is_compared_with_the_first_year(baseline: Scenario, tmp_path: Path) -> None:
    level = {"reading": "level", "unit": "%", "kind": "observed", "value": "1", "date": "2012-11"}
    asked = {"state": "RUS", "products": "electronics", "of": "electronics", "low": "", "high": ""}
    path = changed(OUTCOMES, tmp_path / "o.csv", lambda row: row | level | asked)
    found = backtest(baseline, members=1, months=12, outcomes=path)
    assert {reason for _, reason in found.unscored} == {
        "in the first year of the run, with which it is compared"
    }


def test_a_candidate_of_no_class_takes_precedents_of_any(baseline: Scenario) -> None:
    """And keeps its ramp; with a class, that gives both."""
    programme = baseline.programmes["russian_programme"]
    own = programme.candidates["klimov_kits"]
    bare = own.model_copy(
        update={"lead_time": None, "ramp": None, "ramp_months": Quantity(value=7)}
    )
    plain = baseline.model_copy(
        update={
            "programmes": {"p": programme.model_copy(update={"candidates": {"c": bare}})},
            "complexity": {
                name: each.model_copy(update={"lead_time": None, "ramp": None})
                for name, each in baseline.complexity.items()
            },
        }
    )
    forecast = leave_out(plain, "engines", ENGINES, OVERRUN, None).programmes["p"].candidates["c"]
    assert forecast.lead_time is not None
    assert forecast.lead_time.precedents == FromPrecedents(head_start="plant")
    assert forecast.ramp_months == Quantity(value=7)
