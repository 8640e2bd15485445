"""Spend the programmes' money on projects that close the gaps of their beneficiaries.

Writes projects.started (and what `construction.start` writes), programmes.invested and treasury.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from sim.kernels.arrays import Bools, Floats
from sim.kernels.sums import divide, kept_where, raised, some
from sim.kernels.terms import RTOL
from sim.month.commissions import Commission, Commissions, Reach
from sim.month.production import Production
from sim.month.shared_products import Shared
from sim.month.shortages import Shortage, beyond, shortages
from sim.rules.programme import BudgetRequest
from sim.world.construction import count_down, start
from sim.world.world import World


def spend(world: World, commissions: Commissions | None, making: Production = ()) -> None:
    """Spend the programmes' money on projects that close the gaps of their beneficiaries, where
    lines can make something by the rules of `making`.
    """
    projects, purse = world.projects, world.programmes
    count_down(world)
    budget = kept_where(purse.active, purse.treasury)
    spends = budget > 0
    if commissions is None or not some(spends):
        projects.started[:] = 0.0
        purse.invested[:] = 0.0
        return
    room = np.minimum(projects.max_capacity - projects.added, projects.absorption)
    # a place that is full but for rounding takes no share of what is lacking
    room = kept_where(room > RTOL * projects.added, room)
    seen = shortages(world, making, commissions, spends)
    reach = commissions.reaching(world.links.permitted)
    barred = find_barred(commissions, seen, reach)
    coming = coming_of(commissions, seen, barred)
    coming *= reach.shares
    lacking = lacks(commissions, seen, coming)
    fit = find_fit(world, commissions, seen, reach, barred)
    fit &= room > 0
    gap = share_gaps(world, commissions, lacking, fit)
    spending = [each for each in commissions.seats if some(spends[each.row])]
    money = share_out(world, commissions, spending, gap, room, budget)
    projects.started[:] = divide(money, projects.capital_cost)
    if commissions.shared is not None and len(spending) > 1:
        _close_together(world, commissions.shared, spends, seen, lacking, coming)
    money = projects.started * projects.capital_cost
    invested = world.axes.projects_by_programme(money)
    # who spends all but for rounding has nothing left
    spent_all = invested > purse.treasury * (1.0 - RTOL)
    purse.invested[:] = np.where(spent_all, purse.treasury, invested)
    purse.treasury -= purse.invested
    start(projects, projects.started, world.month)


def find_barred(commissions: Commissions, seen: Shortage, reach: Reach) -> Bools | None:
    """Mark the servers, [servers, members], whose lines stand idle although all beneficiaries that
    they reach are waiting: a limit keeps their goods away. None: there are none.
    """
    idle = seen.idles.take(commissions.server_line, axis=0)
    idle &= reach.servers
    if not some(idle):
        return None
    content = ~seen.waits.take(commissions.way_need, axis=0)
    content &= reach.ways
    idle &= ~commissions.ways_by_server.any(content)
    return idle if some(idle) else None


def coming_of(commissions: Commissions, seen: Shortage, barred: Bools | None) -> Floats:
    """Return what servers' lines will have for beneficiaries, [servers, members], good units per
    month; of servers that are `barred`, idle capacity does not count.
    """
    lines = commissions.server_line
    coming: Floats = seen.coming.take(lines, axis=0)
    if barred is not None:
        np.copyto(coming, seen.building.take(lines, axis=0), where=barred)
    return coming


def lacks(commissions: Commissions, seen: Shortage, coming: Floats) -> Floats:
    """Return what each programme's beneficiaries lack, [gaps, members], good units per month: what
    they are `seen` to be short of, as far as the programme counts it, less what is `coming`
    [servers, members] on lines that can serve them.
    """
    short = seen.short.take(commissions.claim_need, axis=0)
    short *= commissions.counts
    return beyond(commissions.claims_by_gap(short), commissions.servers_by_gap(coming))


def find_fit(
    world: World, commissions: Commissions, seen: Shortage, reach: Reach, barred: Bools | None
) -> Bools:
    """Mark the candidates whose capacity would help, [candidates, members]: their line reaches a
    beneficiary, is fit, is not `barred` [servers, members], and buyers accept its goods by the time
    its capacity is there.
    """
    servers, lines = commissions.candidate_server, world.axes.project_line
    ready = world.month + world.projects.delay
    fit: Bools = world.lines.qualified_from.take(lines, axis=0) <= ready
    fit &= seen.fit.take(lines, axis=0)
    fit &= reach.servers.take(servers, axis=0)
    if barred is not None:
        fit &= ~barred.take(servers, axis=0)
    return fit


def share_gaps(world: World, commissions: Commissions, lacking: Floats, fit: Bools) -> Floats:
    """Return the capacity that each candidate would have to add, [candidates, members], units
    started per month: what is `lacking` [gaps, members], shared equally among the programme's
    candidates for the product that are `fit` [candidates, members].
    """
    gap, may = commissions.candidate_gap, fit.astype(np.float64)
    sharing = commissions.by_gap(may).take(gap, axis=0)
    may *= lacking.take(gap, axis=0)
    # where none is fit, nobody has a share
    may /= raised(sharing, 1.0)
    may /= world.lines.yield_.take(world.axes.project_line, axis=0)
    return may


def share_out(
    world: World,
    commissions: Commissions,
    spending: Sequence[Commission],
    gap: Floats,
    room: Floats,
    budget: Floats,
) -> Floats:
    """Share out the budgets [programmes, members] of the programmes that spend, by their rules;
    return the money of each candidate, [candidates, members].

    `gap` is the capacity that would close the gap and `room` what may be built this month, both
    [candidates, members].
    """
    cost = world.projects.capital_cost
    wanted = np.minimum(gap, room)
    wanted *= cost
    needed = gap * cost
    money = np.zeros(gap.shape)
    for each in spending:
        rows = each.rows
        granted = each.rule(
            BudgetRequest(
                wanted[rows],
                budget[each.row : each.row + 1],
                each.together,
                needed[rows],
                each.state,
                partial(commissions.returns, world, rows),
            )
        )
        # who is granted dust, which rounding leaves, begins nothing that would be completed
        money[rows] = kept_where(granted > RTOL * wanted[rows], granted)
    return money


def _close_together(
    world: World,
    shared: Shared,
    spends: Bools,
    seen: Shortage,
    lacking: Floats,
    coming: Floats,
) -> None:
    """Reduce what several programmes start in one month for the same product, so that together they
    close the gap once.

    The gap is the greatest that one of the spending programmes sees, `lacking` [gaps, members], or
    what all their beneficiaries lack. `coming` [servers, members] is what lines will have for them.
    """
    rows, projects = shared.candidates, world.projects
    started = projects.started.take(rows, axis=0)
    good = started * world.lines.yield_.take(world.axes.project_line[rows], axis=0)
    added = shared.by_product(good)
    spending = spends.take(shared.gap_programme, axis=0)
    known = kept_where(spending, lacking.take(shared.gaps, axis=0))
    lacked = shared.most(known)
    if not some(added > lacked * (1.0 + RTOL)):
        return
    lacked = np.maximum(lacked, _lacked_together(shared, spends, seen, coming))
    over = added > lacked * (1.0 + RTOL)
    if not some(over):
        return
    share = np.divide(lacked, added, out=np.ones_like(added), where=over)
    projects.started[rows] = started * share.take(shared.candidate_product, axis=0)


def _lacked_together(shared: Shared, spends: Bools, seen: Shortage, coming: Floats) -> Floats:
    """Return what the beneficiaries of all spending programmes lack, each need counted once,
    [shared products, members], units per month.
    """
    counted = shared.by_need(kept_where(spends.take(shared.claim_programme, axis=0), shared.counts))
    counted *= seen.short.take(shared.needs, axis=0)
    served = coming.take(shared.servers, axis=0)
    served *= spends.take(shared.server_programme, axis=0)
    reaching = shared.lines_by_product(shared.by_line(served))
    return beyond(shared.needs_by_product(counted), reaching)
