"""How buyers would stand had cuts refused nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.reference.limits import DUST, lightest, odds_of, refuses
from tests.reference.things import FinalNeed, Line, Link, Need, total


def use(need: FinalNeed, stock: float, wanted: float) -> None:
    """Find what a state would have used of its stock beside what it did, of all that it wanted."""
    would = min(max(stock + need.lacked, 0.0), wanted - need.put_off)
    # a rule that holds goods back would do so of more, too
    need.lost = 0.0 if need.used < min(stock, wanted) else would - need.used
    need.lacked -= need.lost
    need.put_off = max((need.put_off + need.lost) * (1.0 - need.cancellation), 0.0)


def order(need: Need, stock: float, deferred: float, ordering: Callable[..., float]) -> None:
    """Order anew beside what still waits. What a buyer orders more than it would had nothing been
    refused is no new want, what it orders less is one."""
    on_order = need.in_transit + need.old_orders
    expected = need.expected
    need.expected -= need.extra
    need.besides = need.lost
    without = ordering(
        need,
        stock + need.extra + need.lacked,
        deferred - need.put_off,
        on_order - need.refused_before,
    )
    need.expected, need.besides = expected, 0.0
    need.ordered = ordering(need, stock, deferred, on_order)
    need.demand = need.old_orders + need.ordered
    more = need.ordered - without
    # less is rounding
    more = more if abs(more) > 1e-9 * need.demand else 0.0
    _mix(need, more)
    whole = need.refused_before + more
    need.refused_before = min(max(whole, 0.0), need.demand)
    need.lacked += need.refused_before - whole


def _mix(need: Need, more: float) -> None:
    """A line orders more for customers who wait for other lines, too: of that as much was refused
    for each unit that came as of what these wait for."""
    theirs = 0.0
    if need.catching_up > 0:
        theirs = need.extra * need.caught_others / need.catching_up
    if not (more > 0 and theirs > 1e-9 * more):
        return
    pool = _pool(need)
    # what was refused and waits is on order: of it no more is ordered
    own = pool - need.refused_before + need.extra - theirs
    passed = own * need.passed_each + theirs * need.caught_passed / need.caught_others
    more_passed = more * passed / (own + theirs)
    need.passed_each = (pool * need.passed_each + more_passed) / (pool + more)


def catch_up(need: Need, line: Line) -> None:
    """Find what of the use expected is for customers who wait since cuts refused inputs."""
    if not (need.catching_up > 0):
        need.extra = 0.0
        return
    without = max(line.perceived / line.yield_ * need.amount - need.catching_up, 0.0)
    without = min(without, line.usable * need.amount)
    need.extra = max(need.expected - without, 0.0)


def make(line: Line, months: float) -> None:
    """Find what a line would have made beside what it did: its customers would have it."""
    orders = {link: _share(link.need, link.weight) for link in line.open_links}
    waiting = {link: part * link.need.refused_before for link, part in orders.items()}
    waited = total(waiting.values())
    others = {link: each * (1.0 - _through(link)) for link, each in waiting.items()}
    asked = total(others.values())
    came = total(each * link.need.passed_each for link, each in others.items())
    for need in line.inputs:
        takes = need.amount / line.yield_
        need.catching_up += (waited * takes - need.catching_up) / months
        need.caught_others += (asked * takes - need.caught_others) / months
        need.caught_passed += (came * takes - need.caught_passed) / months
    lost = min(max(line.asked - waited, 0.0), line.would_offer) - min(line.asked, line.offer)
    if abs(lost) <= DUST * line.asked:
        lost = 0.0
    for need in line.inputs:
        need.lost = lost * (need.amount / line.yield_)
        need.lacked -= need.lost
    by = {
        link: _missing(part * link.need.demand, link.flow) if lost > 0 else link.flow
        for link, part in orders.items()
    }
    together, made = total(by.values()), total(link.flow for link in orders)
    for link, part in by.items():
        share = part / together if together > 0 else 0.0
        link.more_through = share * lost
        link.need.lost_besides += share * lost
        link.need.came_besides += share * made if lost > 0 else 0.0


def lighten(lines: Sequence[Line], needs: Sequence[Need]) -> None:
    """Where cuts refuse less of inputs than before, let those wait for less who wait for lines that
    lacked these, and so on down the chain."""
    part = {
        need: 1.0
        if need.waits_for_lines or _pool(need) <= 1e-9 * need.demand
        else _still_refused(need)
        for need in needs
    }
    if all(each == 1.0 for each in part.values()):
        return
    waited = {line: _waited(line) for line in lines}
    for _ in lines:
        of_lines = {line: min((part[need] for need in line.inputs), default=1.0) for line in lines}
        for need in needs:
            through = total(link.through for link in need.links)
            if need.waits_for_lines and through > 0:
                still = total(link.through * of_lines[link.line] for link in need.links)
                part[need] = min(part[need], still / through)
    for need in needs:
        if need.waits_for_lines:
            _lighten(need, part[need])
    for line in lines:
        lighter = _waited(line) / waited[line] if waited[line] > 0 else 1.0
        for need in line.inputs:
            need.catching_up *= lighter
            need.caught_others *= lighter


def _through(link: Link) -> float:
    """Return which part of what a need waits for it waits for lines of the state of a link's."""
    links = link.need.links
    together = total(each.through for each in links)
    own = total(each.through for each in links if each.line.state == link.line.state)
    return own / together if together > 0 else 0.0


def _waited(line: Line) -> float:
    """Count what waits as refused of what a line is asked for."""
    found = [_share(link.need, link.weight) * link.need.refused_before for link in line.open_links]
    return total(found)


def _still_refused(need: Need) -> float:
    odds = max((limit.odds for link in need.links for limit in link.limits), default=0.0)
    return min(odds * need.passed_each, 1.0) if odds else 1.0


def _missing(order: float, flow: float) -> float:
    """Return what did not come of an order; a hair is rounding."""
    return order - flow if order - flow > 1e-9 * order else 0.0


def _share(need: Need, weight: float) -> float:
    together = total(link.weight for link in need.open_links)
    return weight / together if together > 0 else 0.0


def note(needs: Sequence[Need], odds: dict[Need, float], whole: set[Need]) -> None:
    """Take note of what came over links that are cut; `odds` are the most that a cut of a need
    refuses for each unit that comes, 0 where it takes no share."""
    for need in needs:
        # as much as waits now, in the proportions known
        through = total(link.through for link in need.links)
        for link in need.links:
            known = link.through * need.refused_before / through if through > 0 else 0.0
            link.through, link.more_through = max(known + link.more_through, 0.0), 0.0
        # whom lines would have served, had they not lacked what cuts refused, waits, too
        waiting = max(need.refused_before + need.lost_besides, 0.0)
        if need.lost_besides > 0:
            pool = _pool(need)
            passed = pool * need.passed_each + need.came_besides
            need.passed_each = passed / (pool + need.lost_besides)
            need.waits_for_lines = True
        _wait(need, waiting)
        need.lost_besides = need.came_besides = 0.0
        _note(need, odds.get(need, 0.0))
    if not (whole or any(odds.values())):
        for need in needs:
            need.forget_refusals()


def _note(need: Need, odds: float) -> None:
    over = [(odds_of(link), link.flow) for link in need.open_links if refuses(link)]
    over = [(each, came) for each, came in over if each > 0]
    least = lightest(need)
    if odds and odds * need.passed_each < 1 and not need.waits_for_lines:
        _lighten(need, odds * need.passed_each)
    pool = _pool(need)
    waiting = need.refused_before + total(each * came for each, came in over)
    waiting = min(waiting, need.backlog)
    # what a deeper cut refused, and then a lighter one: once is enough to know the lightest
    passed = pool * need.passed_each
    measure = min(pool, least * passed) if least else pool
    measure += total(min(each, least) * came for each, came in over)
    passed += total(came for _, came in over)
    pool += waiting - need.refused_before
    passed *= min(measure, pool) / (measure or 1.0)
    if pool > 0:
        need.passed_each = passed / pool
    _wait(need, waiting)


def _pool(need: Need) -> float:
    """Return what was refused and is not made good, whether it waits or not."""
    return max(need.lacked + need.put_off, need.refused_before)


def _lighten(need: Need, part: float) -> None:
    """Keep so much of what is known of a need, as if its cuts had taken less all along."""
    need.refused_before *= part
    need.lacked *= part
    need.lost *= part
    need.put_off *= part
    need.passed_each = need.passed_each / part if part > 0 else 0.0


def _wait(need: Need, waiting: float) -> None:
    need.lacked += waiting - need.refused_before
    need.refused_before = waiting
