"""Right numbers of small worlds, worked out on paper: plants, times, and what is typed.

BBB has a line of 100 and AAA needs 50 a month, unless the world says otherwise.
"""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import sim
from tests import wrong_numbers
from tests.wrong_numbers import begins, capital, data, run, series, summary

approx = pytest.approx
EXAMPLES = Path(__file__).parent.parent / "scenarios" / "examples"
FIRST = EXAMPLES / "first.yaml"
UNITS = "needs.AAA.engines.units"


@pytest.mark.parametrize("name", ["plant_out_of_order", "plant_unqualified"])
def test_capacity_that_cannot_serve_is_not_idle_and_the_fit_candidate_is_built(name: str) -> None:
    """A plant of 50 cannot serve: 50 are built elsewhere, at 10 each; 5 of 36 months are lost."""
    result = run(name)
    assert capital(result) == approx(500)
    assert summary(result, "fill_rate") == approx(31 / 36)


def test_capacity_without_inputs_is_not_idle() -> None:
    """AAA's plant of 50 gets no gears any more, CCC's would: 50 are built there."""
    world = data("plant_out_of_order")
    world["states"]["CCC"] = {"title": "C"}
    world["products"] = {
        "g": {"title": "G", "unit": "u"},
        "x": {"title": "X", "unit": "u", "inputs": {"g": 1}},
    }
    world["factories"]["fb"]["lines"]["g"] = 300
    world["factories"]["fa2"]["state"] = "CCC"
    for exporter, importer in ("BBB", "AAA"), ("BBB", "BBB"), ("BBB", "CCC"):
        world["trade"][f"g{importer}"] = {
            "exporter": exporter,
            "importer": importer,
            "product": "g",
        }
    world["trade"]["u"] = {"exporter": "CCC", "importer": "AAA", "product": "x", "weight": 1e-6}
    del world["events"]["o"]
    result = run(world)
    assert capital(result) == approx(500)
    assert series(result, "received", product="x")[-1] == approx(50)


def test_capacity_that_is_cut_off_from_the_beneficiary_is_not_idle() -> None:
    """CCC's plant of 50 is cut off as BBB is: the plant at home is built."""
    world = data("plant_unqualified")
    world["states"]["CCC"] = {"title": "C"}
    world["factories"]["fa"] |= {"state": "CCC", "lines": {"x": 50}}
    world["trade"]["u"] = {"exporter": "CCC", "importer": "AAA", "product": "x", "weight": 1e-6}
    world["events"]["c2"] = {**world["events"]["c"], "exporter": "CCC"}
    result = run(world)
    assert capital(result) == approx(500)
    assert summary(result, "fill_rate") == approx(31 / 36)


@pytest.mark.parametrize(
    ("first", "second"), [("2014-02", "2014-02"), ("2014-02", "2014-04"), ("2014-04", "2014-02")]
)
def test_two_programmes_close_one_gap_once(first: str, second: str) -> None:
    """The gap is 50, at 10 each, funded in one month or a month apart."""
    world = data("two_programmes")
    for name, month in ("p", first), ("p2", second):
        world["programmes"][name]["budget"] = {month: 1000}
    assert capital(run(world)) == approx(500)


def test_two_retools_of_one_line_take_their_shares_of_it_in_any_order() -> None:
    """30 and 30 of 100 leave at once: 40 are left for x."""
    world = data("two_retools")
    events = world["events"]
    for order in events, dict(reversed(events.items())):
        result = run({**world, "events": order})
        output = result.capacity[result.capacity.month == "2014-04"]
        assert series(result, "received")[2:] == approx([40.0] * 4)
        usable = output.get("usable_central", output.get("capacity_central"))
        assert dict(zip(output["product"], usable, strict=True)) == approx(
            {"x": 40, "y": 30, "z": 30}
        )


def test_a_programme_started_and_stopped_in_one_month_does_the_same_in_any_order() -> None:
    """Either file is refused, or both give one result."""
    money = []
    for name in "start_stop", "stop_start":
        try:
            money.append(capital(run(name)))
        except sim.ScenarioError:
            money.append(-1)
    assert money[0] == money[1]


def test_one_supplier_by_two_ways_is_one() -> None:
    """All 50 come from BBB, half of them by way of CCC, past the cut of the other half."""
    result = run("hhi_reexport")
    assert summary(result, "hhi") == approx(10_000)
    assert series(result, "leaked") == approx([0.0] * 2 + [25.0] * 34)


def test_a_recovery_is_told_from_the_loss_that_it_recovers_from() -> None:
    """Fill is 0.5 for three months, then 1; what happens years later is another story."""
    result = run("t50_later_dip")
    assert summary(result, "T50") == approx(3.5)
    assert summary(result, "T90") == approx(3.9)
    assert series(result, "leaked") == [0.0] * 72


def test_months_of_stock_without_need_are_not_few() -> None:
    """150 lie in stock while nothing is needed."""
    assert begins(run("stock_months_need_0"), "d") == {}


def test_a_share_of_nothing_received_is_not_low() -> None:
    """All that comes is imported; in months in which nothing comes nothing is known of it."""
    world = data("stock_months_need_0")
    world["states"]["AAA"] = {"title": "A"}
    world["events"]["d"]["when"] |= {"metric": "import_share"}
    assert begins(run(world), "d") == {}


@pytest.mark.parametrize(("months", "month"), [(0, "2014-08"), (1, "2014-09"), (2, "2014-10")])
def test_what_follows_a_completion_begins_so_many_months_after_it(months: int, month: str) -> None:
    """The project is funded in 2014-03 and takes five months."""
    result = run("completion_at_once", f"events.d.after.months={months}")
    assert begins(result, "d") == {month: 1.0}


def test_a_ramp_of_a_hundredth_of_a_month_is_as_none() -> None:
    short, none = (
        series(
            run("ramp_of_a_hundredth", f"programmes.p.candidates.k.ramp_months={each}"), "received"
        )
        for each in (0.01, 0)
    )
    assert short == approx(none)
    assert none == approx([50.0] * 2 + [0.0] * 5 + [50.0] * 17)


def test_nobody_hoards_for_a_cut_that_cuts_nothing() -> None:
    """Two months of need lie in store, and no more."""
    result = sim.run(sim.load(EXAMPLES / "build_ahead.yaml", ["events.ban.share=0"]))
    assert series(result, "stock") == approx(series(result, "stock", state="CCC"))


@pytest.mark.parametrize(("lead", "months"), [(2.5, 3), (3.5, 4)])
def test_half_a_month_counts_as_a_whole_one(lead: float, months: int) -> None:
    """What is on the way at rest is a month's 50 for each month of the way."""
    world = data("lift_before")
    world["trade"]["t"]["lead_months"] = lead
    assert series(run({**world, "events": {}}), "in_transit")[0] == approx(50 * months)


def scaled(world: dict[str, Any], by: float) -> dict[str, Any]:
    """Count engines in units of another size: `by` times as many, each at so much less."""
    world = copy.deepcopy(world)
    for factory in world["factories"].values():
        line = factory["lines"]["engines"]
        line["capacity"] *= by
        line["unit_cost"] /= by
    world["needs"]["AAA"]["engines"] *= by
    return world


def test_a_bare_number_keeps_the_time_base_that_stands_beside_it() -> None:
    """900 engines per year are 75 a month."""
    result = sim.run(sim.load(FIRST, [f"{UNITS}=900"], members=1))
    assert series(result, "need") == approx([75.0] * 60)


def test_a_factor_keeps_the_time_base_of_the_number() -> None:
    """Between 800 and 1,000 per year the fill rate is about that of 900."""
    usual = summary(sim.run(sim.load(FIRST, members=1)), "fill_rate")
    found = sim.sweep(
        FIRST, factors={UNITS: [800, 900, 1000]}, members=1, metrics=["fill_rate"]
    ).results
    assert found.central.tolist()[1] == approx(usual)
    assert found.central.min() > 0.5


def test_a_second_value_set_below_a_short_form_finds_it_opened() -> None:
    """Low and high of an interval are set one by one, or at once."""
    low, high = "needs.AAA.engines.low=700", "needs.AAA.engines.high=1100"
    whole = "needs.AAA.engines={value: 900, low: 700, high: 1100, per: year}"
    assert sim.load(FIRST, [low, high]) == sim.load(FIRST, [whole])


def test_a_resumed_study_leaves_out_what_a_kill_left_behind(tmp_path: Path) -> None:
    """Killed while it writes its manifest, it ends with the bytes of one that was not."""
    asked: Any = {
        "factors": {"events.leak.share": [0, 0.5]},
        "members": 2,
        "metrics": ["fill_rate"],
    }
    for name in "whole", "killed":
        sim.sweep(FIRST, out=tmp_path / name, **asked)
    (tmp_path / "killed" / "manifest.json").unlink()
    (tmp_path / "killed" / ".manifest.json.tmp").write_text("{", encoding="utf-8")
    sim.sweep(FIRST, out=tmp_path / "killed", resume=True, **asked)
    whole, killed = (
        {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        for folder in (tmp_path / "whole", tmp_path / "killed")
    )
    assert killed == whole


@pytest.mark.parametrize("rule", ["equal_losses", "proportional", "equal_awards", "talmud"])
def test_output_hardly_moves_when_a_capacity_hardly_moves(rule: str) -> None:
    """One part in ten million millions of a capacity moves nothing that one could see."""
    world = data("knife_edge")
    world |= {"members": 1, "rules": {**world["rules"], "allocation": rule}}
    moved = copy.deepcopy(world)
    moved["factories"]["f0"]["lines"]["gear"]["capacity"] *= 1 + 1e-13
    before, after = (run(each).capacity.output_central for each in (world, moved))
    assert (after - before).abs().max() < 1e-6


@pytest.mark.parametrize("name", ["hang_tiny", "hang_denormal"])
def test_a_need_of_next_to_nothing_ends(name: str) -> None:
    """It is met or refused; in a process of its own, which is stopped if it never ends."""
    code = f"import sim; sim.run(sim.load({str(wrong_numbers.path(name))!r}, members=2))"
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0 or "ScenarioError" in done.stderr, done.stderr


def test_the_shipped_vehicles_lose_what_they_lack() -> None:
    """No restriction hits Ukraine's need for armoured vehicles, which is not met in full."""
    result = sim.run(sim.load(EXAMPLES.parent / "baseline.yaml", members=1))
    fill = series(result, "fill_rate", "UKR", "armoured_vehicles")
    loss = summary(result, "resilience_loss", "UKR", "armoured_vehicles")
    assert sum(1 - each for each in fill) > 1
    assert loss == approx(sum(1 - each for each in fill))


def test_who_took_over_stands_beside_what_others_did() -> None:
    """Rows of other fates than those of substitution name nobody."""
    rows = run("two_programmes").fates
    others = rows[(rows.year == "end") & ~rows.fate.isin(["home", "ally", "outside"])]
    assert set(others.by) == {""}
    assert rows[(rows.year == "end") & (rows.fate == "home")].by.item() == "AAA"


@pytest.mark.parametrize("rule", ["crawford", "wright"])
@pytest.mark.parametrize("batch", [False, True])
def test_costs_of_a_line_that_learns_do_not_depend_on_the_unit(rule: str, batch: bool) -> None:
    """A new line's cost falls alike whether engines are counted singly or by thousandths."""
    world = yaml.safe_load((EXAMPLES / "wright.yaml").read_text(encoding="utf-8"))
    world["start"] = "2014-01"
    world["rules"] = {"learning": {"rule": rule, "batch": batch}}
    spent = [
        series(sim.run(sim.parse(scaled(world, by))), "spending") for by in (1.0, 1000.0, 0.001)
    ]
    assert spent[0][-1] < 0.6 * max(spent[0])
    assert spent[1] == approx(spent[0])
    assert spent[2] == approx(spent[0])
