"""Tell a plan in words: what is enough, how sure that is, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator

from sim.analysis.plan.choices import AsItIs, Months, Numbers, Plants, rounded
from sim.analysis.plan.result import NEVER, PlanResult

SAY_LITTLE = 20
"""Members below which a share of them is hardly a probability."""


def told(outcome: PlanResult) -> str:
    """Write what was found, a line for each thing to know."""
    return "\n".join([_head(outcome), *_remarks(outcome), _sure(outcome), _cost(outcome)])


def _word(outcome: PlanResult) -> str:
    """Say of which kind the answer is: least, latest, smallest."""
    choice, way = outcome.choice, outcome.found.way
    if isinstance(choice, Numbers | Months):
        return choice.greatest if way == "greatest" else choice.least
    return "smallest set of" if way == "smallest" else "set of"


def _head(outcome: PlanResult) -> str:
    choice, found = outcome.choice, outcome.found
    whom = f"in {_percent(outcome.goal.probability)} of the members"
    if isinstance(choice, AsItIs):
        last = outcome.scenario.month_labels[-1]
        when = (
            f"by {choice.name(found.answer)}"
            if found.answer is not None
            else f"by the end of the run, {last}"
        )
        return (
            f"As the scenario is, {outcome.goal.text} is"
            f" {'' if found.answer is not None else 'not '}reached {whom} {when}."
        )
    goal = f"{outcome.goal.text} is reached {whom}"
    return (
        _head_of_plants(outcome, choice, goal)
        if isinstance(choice, Plants)
        else _head_of_edge(outcome, choice, goal)
    )


def _head_of_edge(outcome: PlanResult, choice: Numbers | Months, goal: str) -> str:
    found, (low, high) = outcome.found, choice.ends
    if found.way == "any":
        needed = (
            "; nothing is needed"
            if isinstance(choice, Numbers)
            and choice.unit == outcome.scenario.currency
            and not choice.low
            else ""
        )
        return (
            f"Even the {choice.first} {choice.path} tried, {low}, is enough: {goal}{needed} (tried"
            f" {low} to {high})."
        )
    if found.way == "none":
        return (
            f"{goal.replace(' is reached', ' is not reached')} with any {choice.path} that was"
            f" tried, {low} to {high}."
        )
    fine = f", at last in steps of {choice.step(found.step)}"
    if found.way == "between":
        answer = choice.name(found.answer)
        return (
            f"With neither end of {choice.path}, {low} or {high}, {goal}; between them it is, from"
            f" {answer} on{fine}."
        )
    return (
        f"The {_word(outcome)} {choice.path} with which {goal} is {choice.name(found.answer)}"
        f" (tried {low} to {high}{fine})."
    )


def _head_of_plants(outcome: PlanResult, plants: Plants, goal: str) -> str:
    found, count = outcome.found, len(plants.names)
    alone = f"the only one of {plants.path}" if count == 1 else ""
    if found.answer is None:
        return (
            f"{goal.replace(' is reached', ' is not reached')} with"
            f" {alone or f'all {count} of {plants.path}'}; fewer were not tried."
        )
    if not found.answer:
        return f"{goal} without {alone or f'any of the {count} of {plants.path}'}: none is needed."
    fewest = (
        "no smaller set will do" if found.way == "smallest" else "none of these can be left out"
    )
    return (
        f"{goal} with {alone or f'{len(found.answer)} of the {count} of {plants.path}'}:"
        f" {plants.name(found.answer)}; {fewest}."
    )


def _remarks(outcome: PlanResult) -> Iterator[str]:
    """Warn of what is not as one would expect."""
    choice = outcome.choice
    if not outcome.found.is_steady:
        yield (
            "Mind that what is enough does not lie together: between choices that are, some that"
            " were tried are not; see the frontier."
        )
    if isinstance(choice, Plants) and len(choice.bearing) < len(choice.names):
        idle, answer = set(choice.names) - set(choice.bearing), outcome.found.answer
        if answer is not None and not idle & set(answer):
            yield f"{len(idle)} of them make nothing that bears on it, and were left out at once."


def _sure(outcome: PlanResult) -> str:
    """Say how likely it is, how sure that is, and when it comes about."""
    goal, members = outcome.goal, outcome.scenario.members
    low, high = (f"{100 * each:.0f}" for each in outcome.interval)
    with_it = (
        "It is then"
        if outcome.found.answer is not None
        else f"At best, with {outcome.choice.name(outcome.chosen)}, it is"
    )
    if isinstance(outcome.choice, AsItIs):
        with_it = "By then it is" if outcome.found.answer is not None else "By then, it is"
    steps = f"the share moves in steps of {_percent(1 / members)}"
    few = f"; fewer than {SAY_LITTLE} members say little" if members < SAY_LITTLE else ""
    sure = f"(95 % interval {low} to {high} %)"
    line = (
        f"{with_it} reached in {_percent(outcome.share)} {sure} of {members} members, runs that"
        " differ in what is uncertain"
    )
    when = outcome.reached(outcome.chosen)
    if when and not isinstance(outcome.choice, AsItIs):
        line += (
            f"; {_percent(goal.probability)} reach it {'by ' + when if when != NEVER else 'never'}"
        )
    return f"{line} ({steps}{few})."


def _cost(outcome: PlanResult) -> str:
    low, middle, high = (rounded(each) for each in outcome.tried[outcome.chosen].cost)
    money = outcome.scenario.currency
    who = (
        f"programmes.{outcome.goal.payer} has"
        if outcome.goal.payer
        else "programmes and factories have"
    )
    return (
        f"By the end of the run {who} invested {middle} {money}: the median; in 9 of 10 members"
        f" {low} to {high}."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
