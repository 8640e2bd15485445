"""Write the tables of docs/case.md and README.md anew: `python -m tests.golden.case`.

A table stands under a comment that names it, and is what the function of that name here returns.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import vl_convert

import sim
from sim.assess import evidence
from sim.assess.fates import fates
from sim.engine.run import run
from sim.experiments.compare import compare
from sim.records import Floats, Records
from sim.report.charts import picture
from sim.report.result import Result
from sim.study.spec import read_study
from sim.study.sweep import run_study

ROOT = Path(__file__).parents[2]
CASE, README = ROOT / "docs" / "case.md", ROOT / "README.md"
PICTURE = ROOT / "docs" / "images" / "answer.png"
BASELINE = ROOT / "scenarios" / "baseline.yaml"
MEMBERS = 50
DENSITY = 64
"""Pixels an inch of the picture, which is to be small."""
NAMES = (
    "baseline",
    "no_cutoff",
    "no_dual_use_ban",
    "announced_plan",
    "no_programme",
    "csto_observed",
    "csto_announced",
    "csto_all_members",
    "csto_russia_only",
    "no_joint_venture",
    "no_western_sanctions",
    "full_enforcement",
    "leaky",
    "outside_supplier",
    "no_outside_supplier",
)
STEPS = (
    "ukroboronprom_stops",
    "ukraine_bans_military_cooperation",
    "ukraine_bans_dual_use",
    "ktrv_cooperation_ends",
)
"""Ukraine's cut-offs, in their order"""
OTHERS = ("BLR", "KAZ", "ARM", "KGZ", "TJK")
PARTS = ("misc_components", "hard_components")
ENGINES = {
    2014: "0",
    2015: "10",
    2016: "60 (plan: 100)",
    2017: "plan: 130",
    2019: "plan: all",
    2022: "called complete",
}
SHIPS = {2014: "0", 2019: "0", 2020: "2", 2021: "2"}
"""Year -> what is on record, from scenarios/data/outcomes.csv."""
WHOSE = (
    *((state, "*") for state in ("RUS", *OTHERS)),
    ("RUS", "repair_services"),
    ("RUS", "electronics"),
    ("KAZ", "repair_services"),
    ("KAZ", "transport_aircraft"),
    ("BLR", "trainer_jet_engines"),
    ("ARM", "armoured_vehicles"),
    ("TJK", "optics_sights"),
)

GOALS = (
    ("fill_rate[RUS, helicopter_engines] >= 0.9", "date"),
    (
        "fill_rate[RUS, helicopter_engines] >= 0.7 by 2020-12",
        "programmes.russian_programme.candidates",
    ),
    ("fill_rate[RUS, misc_components] >= 0.8 by 2020-12", "programmes.csto_commission.budget"),
    ("fill_rate[RUS, repair_services] >= 0.95 by 2018-12", "programmes.csto_commission.budget"),
)
"""What Russia might have wanted to reach, and what might have been chosen for it."""

ANSWERED = (
    "helicopter_engines",
    "misc_components",
    "hard_components",
    "naval_propulsion_units",
    "marine_diesels",
    "electronics",
)
MAKERS = {
    "home": "Russia itself",
    "leakage": "the old supplier, by leakage",
    "old": "the old supplier again",
    "dropped": "nobody: given up",
    "unmet": "nobody",
}
"""Fate -> who makes it, where the table of fates does not name a state"""

Run = Callable[[str], Records]
"""Scenario -> its records"""
Rows = list[tuple[str, ...]]


def history(ran: Run) -> Rows:
    """Say how Russia fared in the baseline, product by product."""
    met, lost, late = (
        _summary(ran("baseline"), metric, "RUS")
        for metric in ("fill_rate_after", "resilience_loss", "T90")
    )
    return [
        ("Russia", "share of need met", "months of need lost", "not recovered by 2024"),
        *(
            (
                need[1],
                _spread(met[need], "z.2f"),
                _spread(lost[need]),
                f"{np.isinf(late[need]).mean():.0%}",
            )
            for need in met
            if lost[need].max() > 0.01
        ),
    ]


def record(ran: Run) -> Rows:
    """Set two series of the baseline beside what is on record."""
    engines, gears = (
        _made(ran("baseline"), *line)
        for line in (("klimov", "helicopter_engine_kits"), ("zvezda", "naval_reduction_gears"))
    )
    return [
        (
            "year",
            "all-Russian helicopter engines",
            "on record",
            "Russian gears for ships' units",
            "complete units on record",
        ),
        *(
            (
                str(year),
                _spread(engines[year - 2012]),
                ENGINES.get(year, ""),
                _spread(gears[year - 2012], "z.1f"),
                SHIPS.get(year, ""),
            )
            for year in range(2014, 2025)
        ),
    ]


def scenarios(ran: Run) -> Rows:
    """Sum up every scenario in a line."""
    head = (
        "scenario",
        "Russia loses",
        "less the baseline",
        "better in",
        "the others lose",
        "from allies, %",
    )
    return [head, *(_line(name, ran(name), ran("baseline")) for name in NAMES)]


def steps(ran: Run) -> Rows:
    """Take each of Ukraine's steps out of the baseline, one at a time."""
    base = _lost(ran("baseline"))
    events = sim.load(BASELINE).events
    rows: Rows = [("without", "taken in", "Russia loses", "less the baseline")]
    for step in STEPS:
        gone = sim.load(BASELINE, (f"events.{step}=null",), members=base.size)
        lost = _lost(run(gone).records)
        rows.append((step, str(events[step].date), _spread(lost), _spread(lost - base)))
    return rows


def _lost(records: Records) -> Floats:
    """Return the months of need that Russia loses, [members]."""
    return np.asarray(np.sum([*_summary(records, "resilience_loss", "RUS").values()], axis=0))


def whose(ran: Run) -> Rows:
    """Compare everyone's needs with Russia's alone, member by member."""
    sides = ("csto_all_members", "csto_russia_only")
    members = len(ran(sides[0]).members)
    frame = compare(*(ROOT / f"scenarios/{name}.yaml" for name in sides), members=members).table
    frame = frame[frame.metric == "resilience_loss"].set_index(["state", "product"])
    lost = _summary(ran(sides[1]), "resilience_loss", "RUS", *OTHERS)
    rows: Rows = [
        (
            "state",
            "product",
            "mean difference",
            "5 % to 95 %",
            "better in",
            "lost if only Russia's count",
        )
    ]
    for state, product in WHOSE:
        found = frame.loc[(state, product)]
        whole = np.sum(
            [each for need, each in lost.items() if need[0] == state and product in ("*", need[1])],
            axis=0,
        )
        spread = f"{found.p05:z.2f} to {found.p95:z.2f}"
        rows.append(
            (
                state,
                product,
                f"{found['mean']:z.2f}",
                spread,
                f"{found.p_better:.0%}",
                _spread(whole),
            )
        )
    return rows


def answer(ran: Run) -> Rows:
    """Answer the question that the project asks, for the baseline's main categories."""
    records = ran("baseline")
    scenario = sim.load(BASELINE, members=len(records.members))
    found = fates(scenario, records)
    met = _summary(records, "fill_rate_after", "RUS")
    rows: Rows = [("what fell short", "who makes it instead", "by when", "need met since 2014")]
    for product in ANSWERED:
        ends = [
            row
            for row, need in enumerate(zip(found["state"], found["product"], strict=True))
            if need == ("RUS", product) and found["year"][row] == "end"
        ]
        likely = max(ends, key=lambda row: found["probability"][row])
        months = [str(found[f"month_{level}"][likely]) for level in ("p50", "p05", "p95")]
        maker = MAKERS.get(str(found["fate"][likely]), str(found["by"][likely]))
        who = scenario.states[maker].title if maker in scenario.states else maker
        met_since = _spread(met["RUS", product], ".0%")
        title = scenario.products[product].title
        rows.append((title, who or "nobody in full", _by_when(months), met_since))
    return rows


def _by_when(months: list[str]) -> str:
    """Write the year of the median member, and those of 5 and 95 %; `inf` is never reached."""
    middle, first, last = (month[:4] for month in months)
    if middle == "inf":
        return "not by 2024" if first == "inf" else f"not by 2024 ({first} at the earliest)"
    later = "after 2024" if last == "inf" else last
    return middle if first == later else f"{middle} ({first} to {later})"


def cost(ran: Run) -> Rows:
    """Sum up what new capacity has cost in the baseline."""
    records = ran("baseline")
    capital = records.money["capital"][:, records.purses.index("all")].sum(axis=0)
    return [
        ("at what cost by 2024", "million USD of 2014"),
        ("new capacity, paid by programmes", _spread(capital, ",.0f")),
    ]


def counts(_: Run) -> Rows:
    """Count the baseline's numbers by how well they are supported."""
    counted = evidence.counts(sim.load(BASELINE))
    bare = counted.pop("bare")
    return [(*counted, "of these without an interval"), (*map(str, counted.values()), str(bare))]


def backtest(ran: Run) -> Rows:
    """Score what was observed, each category forecast from the others' cases; a run of few members
    is scored to 2017."""
    members = len(ran("baseline").members)
    found = sim.backtest(
        ROOT / "scenarios/baseline.yaml",
        **({} if members == MEMBERS else {"members": members, "months": 72}),
    ).table
    found = found[found.kind.isin(["observed", "milestone"])]
    rows: Rows = [
        (
            "category",
            "metric",
            "date",
            "outcome",
            "forecast",
            "held",
            "plan",
            "CRPS, less is better",
        )
    ]
    for _, row in found.iterrows():
        scores = [_number(row[f"crps_{each}"]) for each in ("model", "plan", "naive")]
        rows.append(
            (
                *(str(row[key]) for key in ("category", "metric", "date", "outcome")),
                f"{row['p50']} ({row['p05']} to {row['p95']})",
                str(row["in90"]),
                str(row["plan"]),
                f"{scores[0]}; plan {scores[1]}" + (f"; naive {scores[2]}" if scores[2] else ""),
            )
        )
    return rows


def drivers(ran: Run) -> Rows:
    """Say in which share of the variance of what Russia gets each factor of `examples/case.yaml`
    has a part; of few members, roughly."""
    study = read_study(ROOT / "examples/case.yaml")
    if len(ran("baseline").members) != MEMBERS:
        study = replace(
            study,
            spec=study.spec.model_copy(
                update={"design": study.spec.design.model_copy(update={"points": 4})}
            ),
        )
    found = sim.sensitivity(run_study(study)).table.pivot(
        index="factor", columns=["metric", "product"], values=["ST", "ST_conf"]
    )
    names = found["ST"].columns
    rows: Rows = [("factor", *(f"{product}, {metric[-5:-1]}" for metric, product in names))]
    for factor in study.spec.factors:
        total, half = found.loc[factor, "ST"], found.loc[factor, "ST_conf"]
        rows.append((factor, *(f"{total[name]:.2f} +- {half[name]:.2f}" for name in names)))
    return rows


def enough(ran: Run) -> Rows:
    """Ask what would have been enough for Russia."""
    members = max(len(ran("baseline").members), 10)
    rows: Rows = [
        ("to reach", "what is chosen", "enough in 80 % of members", "reached in (95 % interval)")
    ]
    for reach, choose in GOALS:
        found = sim.plan(
            ROOT / "scenarios/baseline.yaml", reach=reach, choose=choose, members=members
        )
        row = found.table.iloc[0]
        low, high = row["probability_low"], row["probability_high"]
        answer = (
            "nothing that was tried"
            if found.answer is None
            else str(row["answer"])
            if choose == "date"
            else _answer(found.answer)
        )
        rows.append((reach, choose, answer, f"{row['probability']:.0%} ({low:.0%} to {high:.0%})"))
    return rows


def _answer(answer: float | str | tuple[str, ...]) -> str:
    return f"{answer:.4g}" if isinstance(answer, float) else ", ".join(answer)


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.3g}"


TABLES: dict[str, Callable[[Run], Rows]] = {
    each.__name__: each
    for each in (
        *(answer, cost, history, record, scenarios, steps, whose, counts, backtest, drivers),
        enough,
    )
}
_PLACE = re.compile(r"(<!-- (\w+) -->\n)((?:\|.*\n)*)")
"""The comment that names a table, and the table."""


def written(text: str) -> dict[str, list[str]]:
    """List the lines of each table on a page."""
    return {place[2]: place[3].splitlines() for place in _PLACE.finditer(text)}


def renewed(text: str, ran: Run) -> str:
    """Return the page with its tables made anew."""

    def fill(place: re.Match[str]) -> str:
        head, *rows = TABLES[place[2]](ran)
        return place[1] + "".join(
            f"| {' | '.join(row)} |\n" for row in (head, ("---",) * len(head), *rows)
        )

    return _PLACE.sub(fill, text)


def _run(members: int, kept: dict[str, Records], name: str) -> Records:
    if name not in kept:
        kept[name] = run(sim.load(ROOT / f"scenarios/{name}.yaml", members=members)).records
    return kept[name]


def runner(members: int) -> Run:
    """Return what runs each scenario once, with so many members."""
    return partial(_run, members, {})


def _spread(values: Floats, form: str = "z.0f") -> str:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"


def _summary(records: Records, metric: str, *states: str) -> dict[tuple[str, str], Floats]:
    return {
        need: records.summary[metric][row]
        for row, need in enumerate(records.needs)
        if need[0] in states
    }


def _made(records: Records, factory: str, product: str) -> Floats:
    """Sum what a line made, [years, members]."""
    row = next(
        row for row, line in enumerate(records.lines) if (line[0], line[2]) == (factory, product)
    )
    return records.output[:, row].reshape(-1, 12, len(records.members)).sum(axis=1)


def _line(name: str, records: Records, base: Records) -> tuple[str, ...]:
    loss, others = (
        np.sum([*_summary(records, "resilience_loss", *states).values()], axis=0)
        for states in (("RUS",), OTHERS)
    )
    difference = loss - np.sum([*_summary(base, "resilience_loss", "RUS").values()], axis=0)
    better = f"{(difference < -1e-9).mean():.0%}"
    return (
        name,
        _spread(loss),
        _spread(difference),
        better,
        _spread(others),
        _spread(_from_allies(records)),
    )


def _from_allies(records: Records) -> Floats:
    """Return what allies delivered in the last year of the components that Russia needed, percent
    [members]."""
    routes = [
        row
        for row, (seller, buyer, good) in enumerate(records.routes)
        if seller in OTHERS and buyer == "RUS" and good in PARTS
    ]
    rows = [records.needs.index(("RUS", good)) for good in PARTS]
    return (
        100
        * records.flows[-1, routes].sum(axis=0)
        / records.series["need"][-12:, rows].sum(axis=(0, 1))
    )


def answer_digest() -> str:
    """Return the hash of the README's first table, of which the picture shows the course."""
    table = written(README.read_text(encoding="utf-8"))["answer"]
    return hashlib.sha256("\n".join(table).encode()).hexdigest()


def draw(records: Records) -> None:
    """Draw the picture of the README's first table, and note beside it for which table it is."""
    result = Result(sim.load(BASELINE, members=MEMBERS), records)
    chart = result.plot.fill_rate(states=["RUS"], products=ANSWERED)
    assert chart is not None
    spec = picture.written(chart, "json").decode()
    PICTURE.write_bytes(vl_convert.vegalite_to_png(spec, ppi=DENSITY))
    notes = PICTURE.with_name("README.md")
    text = notes.read_text(encoding="utf-8")
    notes.write_text(re.sub(r"\b[0-9a-f]{64}\b", answer_digest(), text), encoding="utf-8")


if __name__ == "__main__":
    ran_once = runner(MEMBERS)
    for page in (CASE, README):
        page.write_text(renewed(page.read_text(encoding="utf-8"), ran_once), encoding="utf-8")
    draw(ran_once("baseline"))
