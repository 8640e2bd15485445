"""The tests that mutants must survive: those whose files take seconds, two minutes in all.

Left out is what runs long for what it sees (every key, the laws, the accountant's random worlds)
and what looks at other rooms (studies, pages, commands). A score is thus a lower bound: the whole
suite kills more.
"""

from __future__ import annotations

NAMES = """
allocation allocation_rules assess_on_paper backtest backtest_held balance beer_game bottlenecks
capacity cases chunks claims common_factor compare conditions entries evasion event_times events
events_on_paper evidence examples fates faults importance investment investment_rules
kernels_on_paper lead_times learning lots mesa metric_table metrics model money months_on_paper
more_wrong_numbers optimal ordering overtime patterns production_rules programme_rules reference
result search sourcing stockpile stress systemic tariff thrift triggers upkeep wrong_numbers
hits_on_paper shared_limits seasons outages new_needs buyers_first perception preference esri kept
told selectors buyers_on_paper orders_on_paper shortages_on_paper spending_on_paper
plant_on_paper crafts_on_paper metrics_on_paper effects_on_paper timing_on_paper outcomes_on_paper
least_cost_on_paper importance_on_paper groups_on_paper asking books partial_cuts put_off laid_up
allocation_alike
"""
ROOMS = {
    "kernels": """kernels_on_paper groups_on_paper least_cost_on_paper shared_limits seasons
    allocation allocation_rules claims optimal systemic ordering sourcing learning capacity
    lead_times kept partial_cuts allocation_alike""",
    "world": """asking timing_on_paper lead_times lots plant_on_paper capacity investment
    events_on_paper model""",
    "events": """events_on_paper effects_on_paper timing_on_paper hits_on_paper shared_limits
    events outages new_needs preference triggers tariff thrift wrong_numbers evasion event_times
    more_wrong_numbers""",
    "month": """months_on_paper buyers_on_paper orders_on_paper shortages_on_paper
    spending_on_paper plant_on_paper crafts_on_paper seasons perception buyers_first investment
    upkeep money search programme_rules lots ordering learning stockpile overtime wrong_numbers
    more_wrong_numbers""",
    "engine": "books bottlenecks put_off laid_up money metric_table model claims result",
    "metrics": "metrics_on_paper metrics metric_table money",
    "assess": """assess_on_paper outcomes_on_paper importance_on_paper fates evidence importance
    backtest_held backtest""",
}
"""Room -> the tests that look at it most closely."""


def path(name: str) -> str:
    """Return the file of a name as above."""
    return f"tests/test_{name}.py"


FILES = tuple(path(name) for name in NAMES.split())
CLOSE = {room: frozenset(path(name) for name in names.split()) for room, names in ROOMS.items()}
"""Room -> these files: they are tried first"""
