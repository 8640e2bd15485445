"""Explore a scenario in the browser: `explore`. Heavy libraries are imported inside."""

from __future__ import annotations

import click

from sim.cli.common import say
from sim.cli.numbers import Whole


@click.command()
@click.argument("scenario", type=click.Path())
@click.option(
    "--members",
    type=Whole(min=16, max=1000),
    default=64,
    show_default=True,
    help="Members of the full answer; the first one has 16 of them.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to serve on.")
@click.option(
    "--port",
    type=Whole(0, 65535),
    default=8642,
    show_default=True,
    help="The port; 0 takes any that is free.",
)
@click.option(
    "--token", is_flag=True, help="Answer only who has the key in the address that is printed."
)
def explore(scenario: str, members: int, host: str, port: int, token: bool) -> None:
    """Explore a SCENARIO in the browser.

    Serves a page on this machine alone: the scenario's own numbers, those that matter most first,
    its events, budgets, dates and rules as sliders and switches. Each change is answered by a run
    with 16 members and then by one with all; settings can be held beside others, shared as an
    address, and kept as a scenario file. Needs the extra explore.
    """
    from sim.explore.serving import serve

    serve(scenario, members=members, host=host, port=port, with_token=token, say=say)
