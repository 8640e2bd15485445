"""Precedents: how long substitution took where it was tried, announced against actual.

The collection ships with its sources. `cases()`, `milestones()` and `ramps()` are frames of it;
`fits` makes the fits of durations and ratios, `ask` answers a question in months, `score` says how
well they forecast what they have not seen. All take a folder of one's own.

    import sim

    answer = sim.precedents.ask(sim.precedents.Question(kind="deep", head_start="plant"))
    answer.quantiles        # {5: ..., 50: ..., 95: ...} months from the start to the first unit
    answer.months.ppf(0.5)  # draws: a pure function of uniforms
"""

from sim.precedents.asking import Answer, Question, ask, overview
from sim.precedents.backtest import Backtest, score
from sim.precedents.collection import Collection, cases, load, milestones, ramps
from sim.precedents.durations import Durations, fit_durations
from sim.precedents.fitting import Fits, fits
from sim.precedents.mixture import Mixture
from sim.precedents.ramping import Ramps, fit_ramps
from sim.precedents.ratios import Ratios, fit_ratios
from sim.precedents.reading import PrecedentsError
from sim.precedents.tally import described, held_numbers, summary

__all__ = [
    "Answer",
    "Backtest",
    "Collection",
    "Durations",
    "Fits",
    "Mixture",
    "PrecedentsError",
    "Question",
    "Ramps",
    "Ratios",
    "ask",
    "cases",
    "described",
    "fit_durations",
    "fit_ramps",
    "fit_ratios",
    "fits",
    "held_numbers",
    "load",
    "milestones",
    "overview",
    "ramps",
    "score",
    "summary",
]
