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
"""
FILES = tuple(f"tests/test_{name}.py" for name in NAMES.split())
