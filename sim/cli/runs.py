"""Run scenarios and look after them: `run`, `validate`, `new`, `list`, `rules`. Heavy libraries are
imported inside.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

import sim
from sim.cli.common import (
    folder_for,
    is_study,
    progress_of,
    quiet_option,
    say,
    set_option,
    study_size,
    where,
)
from sim.cli.numbers import COUNT, SEED
from sim.errors import InputError, ScenarioError
from sim.files.aside import replace_file
from sim.scenario.loading.shipped import shipped_names
from sim.scenario.suggestions import meant

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


@click.command()
@click.argument("scenario", type=click.Path())
@click.option(
    "--members",
    type=COUNT,
    help="How many ensemble members; member 0 is the central case.",
)
@click.option("--seed", type=SEED, help="The root of all draws.")
@click.option("--months", type=COUNT, help="How many months from the scenario's start.")
@set_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The result folder; results/<scenario name> by default.",
)
@click.option("--no-figures", is_flag=True, help="Write tables only.")
@click.option(
    "--chunk",
    type=COUNT,
    help="How many members travel side by side; fewer take less memory. Changes no number.",
)
@click.option(
    "--all-rows",
    is_flag=True,
    help="List every need, line and route, also where there are more than 100,000.",
)
@quiet_option
def run(
    scenario: str,
    sets: tuple[str, ...],
    out: Path | None,
    chunk: int | None,
    no_figures: bool,
    all_rows: bool,
    quiet: bool,
    **given: int | None,
) -> None:
    """Run a scenario and write its results.

    The result folder holds tables as CSV, the page report.html and a manifest. An older
    result there is replaced; it stays until the new one is complete.

    In a world of more than 100,000 needs, lines or routes, tables and page hold those that
    were hit, and totals by product; --all-rows lists all.
    """
    from sim.kernels.uncollected import uncollected

    with uncollected():
        # modules, too, are many objects that stay
        from sim.report.overview import overview

        run_it = sim.run
        loaded = sim.load(
            scenario, sets, **{key: value for key, value in given.items() if value is not None}
        )
    folder = folder_for(out, Path("results", loaded.name))
    with progress_of(loaded.name, quiet) as progress:
        result = run_it(loaded, chunk=chunk, progress=progress)
    result = replace(result, all_rows=all_rows)
    if not quiet:
        say("writing tables" + ("" if no_figures else " and page"), err=True)
    with uncollected():
        result.save(folder, figures=not no_figures, command=click.get_current_context().obj)
    if not quiet:
        say(overview(result))
        for warning in result.records.warnings:
            say(f"warning: {warning}", err=True)
        say(where(folder))


@click.command()
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(), metavar="SCENARIO...")
@set_option
def validate(scenarios: tuple[str, ...], sets: tuple[str, ...]) -> None:
    """Check scenarios, and studies, without running them.

    Does all the checks of a run and reports all faults of all files.
    """
    from sim.scenario.checks.dates import late_warnings

    faults = []
    for path in scenarios:
        try:
            loaded = sim.load(path, sets)
        except InputError as error:
            faults += _study_faults(path) if is_study(error) and not sets else [str(error)]
        else:
            say(f"{path}: ok: {loaded.title} ({_size(loaded)})")
            for warning in late_warnings(loaded):
                say(f"{path}: warning: {warning}", err=True)
    if faults:
        raise InputError("\n".join(faults))


def _study_faults(path: str) -> list[str]:
    """Check a study: print how large it is, or return what is wrong with it."""
    from sim.study.experiment import prepared
    from sim.study.spec import read_study

    try:
        say(f"{path}: ok: {study_size(prepared(read_study(path)))}")
    except InputError as error:
        return [str(error)]
    return []


@click.command()
@click.argument("name")
@click.option(
    "--from",
    "base",
    metavar="SCENARIO",
    help="A scenario to extend, by its file or the name of a shipped one: baseline.",
)
def new(name: str, base: str | None) -> None:
    """Write a commented scenario to start from, as NAME.yaml.

    With --from it extends another scenario, and holds only what is to differ from it.
    """
    from sim.cli.starters import extension, starter

    path = Path(name if name.endswith(".yaml") else f"{name}.yaml")
    if not path.stem.isidentifier():
        raise InputError(
            f"{name}: a scenario's name has letters, digits and underscores, and begins with a"
            " letter"
        )
    if os.path.lexists(path):
        raise InputError(f"{path}: is there already; give another name")
    text = starter(path) if base is None else extension(path, base)
    try:
        replace_file(path, text)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no folder {path.parent}; make it first") from None
    except OSError as error:
        raise InputError(f"{path}: cannot write: {error.strerror or error}") from error
    say(f"{path}: change it, then: sim run {path}")


@click.command("list")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def list_scenarios(folder: Path | None) -> None:
    """List the scenarios of a FOLDER with their titles, and its studies; without one, the scenarios
    that come with sim, by the names that all commands take.
    """
    files = shipped_names() if folder is None else sorted(folder.glob("*.yaml"))
    if not files:
        told = "holds no scenario (*.yaml)" if folder and folder.is_dir() else "is no folder"
        raise InputError(f"{folder}: {told}")
    faulty = 0
    for file in files:
        try:
            say(f"{file}: {sim.load(file).title}")
        except ScenarioError as error:
            is_other = is_study(error)
            faulty += not is_other
            faults = f"{len(error.faults)} fault{'s' if len(error.faults) > 1 else ''}"
            say(f"{file}: " + ("a study" if is_other else f"{faults}; see sim validate {file}"))
    if faulty:
        raise InputError(f"{faulty} of {len(files)} files cannot be loaded")


@click.command("rules")
@click.argument("family", required=False)
def list_rules(family: str | None) -> None:
    """List the rules by which agents decide, of one FAMILY or all.

    Each with what it does, its parameters with what is allowed, and where its equation is from.
    """
    from sim import rules

    rules.plugins.load()
    if family is not None and family not in rules.FAMILIES:
        known = meant(family, rules.FAMILIES)
        raise InputError(f"{family!r} is no family of rules{known}")
    for each in rules.FAMILIES if family is None else (family,):
        say(f"{each}:")
        for rule in rules.rules(each):
            say(rule.description())


def _size(scenario: Scenario) -> str:
    counts = [
        (len(scenario.states), "state", "states"),
        (len(scenario.products), "product", "products"),
        (len(scenario.factories), "factory", "factories"),
        (sum(map(len, scenario.needs.values())), "need", "needs"),
        (len(scenario.events), "event", "events"),
        (scenario.months, "month", "months"),
        (scenario.members, "member", "members"),
    ]
    return ", ".join(f"{count} {one if count == 1 else more}" for count, one, more in counts)
