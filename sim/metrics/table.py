"""The one table of metrics. What is recorded, derived, kept, compared and shown is read off it.

To add a metric, enter it here, last: a monthly one in MONTHLY, one of the whole run in SUMMARY.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.kernels.arrays import Floats
from sim.kernels.sums import total
from sim.metrics import arithmetic
from sim.metrics.metric import HIT, SUPPLIES, MonthlyMetric, RunMetric, tabled

MONTHLY: Mapping[str, MonthlyMetric] = tabled(
    MonthlyMetric(
        name="need",
        title="need",
        unit="units a month",
        kind="flow",
        better="",
        array="needs.final",
        of_inputs="needed_inputs",
        text="What the state wants to use in the month. Of an input: what lines used, plus what"
        " they would have used, had it been in stock, to make all that was asked of them.",
    ),
    MonthlyMetric(
        name="received",
        title="deliveries",
        unit="units a month",
        kind="flow",
        better="more",
        array="sent",
        text="What was shipped to the state in the month; it arrives after its lead time.",
    ),
    MonthlyMetric(
        name="used",
        title="use",
        unit="units a month",
        kind="flow",
        better="more",
        array="needs.used",
        text="What the state used in the month, for this month's need and for what still waited.",
    ),
    MonthlyMetric(
        name="unmet",
        title="unmet need",
        unit="units a month",
        kind="flow",
        better="less",
        derived=("used", "need"),
        compute=arithmetic.unmet,
        text="The part of the month's need that was not met in the month, even if it was later.",
    ),
    MonthlyMetric(
        name="backlog",
        title="backlog",
        unit="units",
        kind="stock",
        better="less",
        array="needs.backlog",
        text="Orders that are neither shipped nor cancelled at the end of the month.",
    ),
    MonthlyMetric(
        name="stock",
        title="stock",
        unit="units",
        kind="stock",
        better="more",
        array="needs.stock",
        text="Goods in the state's store at the end of the month.",
    ),
    MonthlyMetric(
        name="in_transit",
        title="goods in transit",
        unit="units",
        kind="stock",
        better="",
        array="needs.in_transit",
        text="Goods shipped and not yet arrived at the end of the month.",
    ),
    MonthlyMetric(
        name="fill_rate",
        title="fill rate",
        unit="share",
        kind="share",
        better="more",
        together="mean",
        derived=("used", "need"),
        compute=arithmetic.service,
        of_period=arithmetic.fill_rate,
        text="The share of need met in its own month (beta service level); 1 where nothing is"
        " needed.",
    ),
    MonthlyMetric(
        name="imports",
        title="imports",
        unit="units a month",
        kind="flow",
        better="",
        links="foreign",
        text="Deliveries from other states.",
    ),
    MonthlyMetric(
        name="legacy",
        title="deliveries of the old suppliers",
        unit="units a month",
        kind="flow",
        better="",
        links="legacy",
        text="Deliveries over links on which a restriction acts at some time in the run.",
    ),
    MonthlyMetric(
        name="leaked",
        title="leaked deliveries",
        unit="units a month",
        kind="flow",
        better="less",
        links="leaked",
        text="Deliveries that pass a restriction unlawfully. They may stop any day,"
        " so less is better.",
    ),
    MonthlyMetric(
        name="spending",
        title="spending",
        unit="money a month",
        kind="flow",
        better="less",
        together="sum",
        array="needs.spending",
        text="What the state pays for the month's deliveries, including transport, mark-ups and"
        " tariffs.",
    ),
    MonthlyMetric(
        name="deferred",
        title="deferred use",
        unit="units",
        kind="stock",
        better="less",
        array="needs.deferred",
        of_inputs="",
        text="Unmet need that still waits at the end of the month; a share of it, the product's"
        " cancellation, is given up each month.",
    ),
)
"""What is known of every month, in the order in which tables show it."""


def over_months(metric: MonthlyMetric, *inputs: Floats) -> Floats:
    """Return a metric over all months of its inputs, [needs, members].

    `inputs`, [months, needs, members], are the metric itself where it is recorded, or what it is
    derived from. A derived flow is added up month by month, to ask for no more memory.
    """
    if metric.of_period:
        return metric.of_period(*inputs)
    if metric.kind == "stock":
        last = [each[-1] for each in inputs]
        return metric.compute(*last) if metric.compute else last[0].copy()
    if metric.compute:
        months = zip(*inputs, strict=True)
        return total((metric.compute(*month) for month in months), inputs[0].shape[1:])
    return total(inputs[0])


def _whole_run(monthly: str, name: str = "", title: str = "", text: str = "") -> RunMetric:
    """Enter a monthly metric over the whole run into the summary, under its own name or another."""
    metric = MONTHLY[monthly]
    return RunMetric(
        name=name or monthly,
        title=title or metric.title,
        unit=metric.unit.removesuffix(" a month"),
        kind=metric.kind,
        better=metric.better,
        together=metric.together,
        derived=metric.derived or (monthly,),
        compute=lambda *inputs: over_months(metric, *inputs),
        text=text or metric.text,
    )


SUMMARY: Mapping[str, RunMetric] = tabled(
    _whole_run("fill_rate"),
    RunMetric(
        name="fill_rate_after",
        title="fill rate since the hit",
        unit="share",
        kind="share",
        better="more",
        together="mean",
        derived=("used", "need", HIT),
        compute=arithmetic.fill_rate_after,
        text="The share of need met in its own month, from the month in which a restriction first"
        " hits the need; over the whole run where none does.",
    ),
    _whole_run("unmet"),
    _whole_run(
        "backlog",
        "backlog_end",
        title="backlog at the end",
        text="Orders that are neither shipped nor cancelled at the end of the run.",
    ),
    RunMetric(
        name="substitution_ratio",
        title="substitution ratio",
        unit="share",
        kind="share",
        better="more",
        together="mean",
        derived=("received", "legacy", HIT),
        compute=arithmetic.substitution_ratio,
        text="How much of the old suppliers' deliveries others have replaced, in units: by how"
        " much others deliver more in the last twelve months than in the twelve before the hit,"
        " divided by what the old suppliers delivered in these twelve. A need that falls does not"
        " count as substitution. Empty where nothing came from a supplier that was hit.",
    ),
    RunMetric(
        name="T50",
        title="months to 50 %",
        unit="months",
        kind="time",
        better="less",
        censored=True,
        derived=("fill_rate", HIT),
        compute=lambda fill, hit: arithmetic.recovery(fill, hit, 0.5),
        text="Months from the hit until half of the lost fill rate is regained and stays so for"
        " three months. The loss is measured at the lowest point before the fill rate is back at"
        " its level before the hit for three months; a later fall does not count. Empty where no"
        " restriction hits or nothing is lost; inf: not within the run.",
    ),
    RunMetric(
        name="T90",
        title="months to 90 %",
        unit="months",
        kind="time",
        better="less",
        censored=True,
        derived=("fill_rate", HIT),
        compute=lambda fill, hit: arithmetic.recovery(fill, hit, 0.9),
        text="As T50, but until nine tenths of the lost fill rate are regained.",
    ),
    RunMetric(
        name="resilience_loss",
        title="resilience loss",
        unit="months of need",
        kind="flow",
        better="less",
        together="sum",
        derived=("fill_rate", HIT),
        compute=arithmetic.resilience_loss,
        text="The fill rate lost since the hit compared with its mean before, added up over the"
        " months (Bruneau et al. 2003); where no restriction hits, compared with 1 over the run.",
    ),
    RunMetric(
        name="import_dependence",
        title="import dependence",
        unit="share",
        kind="share",
        better="less",
        together="mean",
        derived=("imports", "received"),
        compute=arithmetic.import_dependence,
        text="The imported share of deliveries in the last twelve months; empty where there were"
        " none.",
    ),
    RunMetric(
        name="hhi",
        title="concentration of suppliers",
        unit="index, 0 to 10,000",
        kind="share",
        better="less",
        together="mean",
        derived=(SUPPLIES, "received"),
        compute=lambda supplies, received: arithmetic.concentration(
            supplies[0], supplies[1], received
        ),
        text="Herfindahl-Hirschman index of the states that supply the need in the last calendar"
        " year: 10,000 with a single one; empty where there is none.",
    ),
    _whole_run("leaked"),
    _whole_run("spending"),
    RunMetric(
        name="substitution_cost",
        title="added cost per unit",
        unit="money per unit",
        kind="price",
        better="less",
        derived=("spending", "received", HIT),
        compute=arithmetic.substitution_cost,
        text="By how much a unit delivered in the last twelve months costs more than one in the"
        " twelve before the hit, delivery included; empty where nothing was delivered in one of"
        " the two, or nothing was hit.",
    ),
    known=MONTHLY,
)
"""What is known of a whole run, in the order in which tables show it."""
