"""Offer the command `sim`: read its words, call the library, print. Heavy libraries are imported inside the commands."""

from __future__ import annotations

import io
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

import sim
from sim.errors import InputError, SimError

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

Progress = Callable[[int, int], None]

DONE, OUR_FAILURE, YOUR_INPUT, INTERRUPTED = 0, 1, 2, 130
"""Exit codes."""

set_option = click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change one value, as in events.ukraine_ban.share=0.9; may be repeated."
)


def main(args: Sequence[str] | None = None) -> int:
    """Run the command with these words, the process's own by default, and return its exit code."""
    words = (sys.argv[1:] if args is None else list(args)) or ["--help"]
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a title may hold letters that the terminal lacks
    try:
        cli.main(words, prog_name="sim", standalone_mode=False, obj=shlex.join(["sim", *words]))
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("sim: interrupted", err=True)
        return INTERRUPTED
    except SimError as error:
        click.echo(str(error), err=True)
        return YOUR_INPUT if isinstance(error, InputError) else OUR_FAILURE
    return DONE


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(sim.__version__, prog_name="sim", message="%(prog)s %(version)s")
def cli() -> None:
    """Simulate supply substitution.

    A supplier country is cut off: who can make its goods instead, how soon, at what cost, and what stays uncovered?

    Exit codes: 0 done, 1 a failure of sim, 2 something to mend in the input, 130 interrupted.
    """


@cli.command()
@click.argument("scenario", type=click.Path())
@click.option("--members", type=click.IntRange(min=1), help="How many ensemble members; member 0 is the central case.")
@click.option("--seed", type=click.IntRange(min=0), help="The root of all draws.")
@click.option("--months", type=click.IntRange(min=1), help="How many months from the scenario's start.")
@set_option
@click.option("--out", type=click.Path(path_type=Path), help="The result folder; results/<scenario name> by default.")
@click.option("--no-figures", is_flag=True, help="Write tables only.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def run(scenario: str, sets: tuple[str, ...], out: Path | None, no_figures: bool, quiet: bool, **given: int | None) -> None:
    """Run a scenario and write its results.

    The result folder holds tables as CSV, figures and a manifest. An older result there is replaced; it stays until the
    new one is complete.
    """
    from sim.report.files import check_target
    from sim.report.overview import overview

    loaded = sim.load(scenario, sets, **{key: value for key, value in given.items() if value is not None})
    folder = out or Path("results", loaded.name)
    check_target(folder)
    with _progress(loaded, quiet) as progress:
        result = sim.run(loaded, progress=progress)
    if not quiet:
        click.echo("writing tables" + ("" if no_figures else " and figures"), err=True)
    result.save(folder, figures=not no_figures, command=click.get_current_context().obj)
    if not quiet:
        click.echo(overview(result.scenario, result.records, result.wall_seconds))
        for warning in result.records.warnings:
            click.echo(f"warning: {warning}", err=True)
        click.echo(_where(folder))


@cli.command()
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(), metavar="SCENARIO...")
@set_option
def validate(scenarios: tuple[str, ...], sets: tuple[str, ...]) -> None:
    """Check scenarios without running them.

    Does all the checks of a run and reports all faults of all files.
    """
    faults = []
    for path in scenarios:
        try:
            loaded = sim.load(path, sets)
        except InputError as error:
            faults.append(str(error))
        else:
            click.echo(f"{path}: ok: {loaded.title} ({_size(loaded)})")
    if faults:
        raise InputError("\n".join(faults))


@cli.command("rules")
@click.argument("family", required=False)
def list_rules(family: str | None) -> None:
    """List the rules by which agents decide, of one FAMILY or all.

    Each with what it does, its parameters with what is allowed, and where its equation is from.
    """
    from sim import rules

    rules.plugins.load()
    if family is not None and family not in rules.FAMILIES:
        raise InputError(f"{family!r} is no family of rules; there are {', '.join(rules.FAMILIES)}")
    for each in rules.FAMILIES if family is None else (family,):
        click.echo(f"{each}:")
        for rule in rules.rules(each):
            click.echo(rule.description())


@cli.command()
@click.argument("scenario", type=click.Path())
@click.option("--members", type=click.IntRange(min=1), default=20, show_default=True, help="How many ensemble members.")
@click.option("--seed", type=click.IntRange(min=0), help="The root of all draws.")
@click.option("--months", type=click.IntRange(min=1), help="How many months from the scenario's start.")
@click.option("--at", metavar="YYYY-MM", help="The month of the knock-outs; the first by default.")
@click.option("--no-links", is_flag=True, help="Knock out factories only.")
@set_option
@click.option("--out", type=click.Path(path_type=Path), help="The result folder; results/<scenario name>_stress by default.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def stress(
    scenario: str, sets: tuple[str, ...], at: str | None, no_links: bool, out: Path | None, quiet: bool, **given: int | None
) -> None:
    """Knock out every factory and every link in turn.

    Writes criticality.csv: the resilience lost without each of them, the time until a need feels it, and the static
    systemic risk index beside it.
    """
    from sim.report.files import check_target
    from sim.report.study import save_tables
    from sim.stress import stress as knock_out

    loaded = sim.load(scenario, sets, **{key: value for key, value in given.items() if value is not None})
    folder = out or Path("results", f"{loaded.name}_stress")
    check_target(folder)
    with _progress(loaded, quiet) as progress:
        table = knock_out(loaded, members=loaded.members, at=at, links=not no_links, progress=progress)
    save_tables(folder, loaded, {"criticality": table}, command=click.get_current_context().obj)
    if not quiet:
        shown = ["kind", "name", "product", "difference_p50", "difference_p05", "difference_p95", "time_to_survive_p50", "static_index"]
        click.echo(table[shown].head(12).to_string(index=False, float_format="{:.3g}".format))
        click.echo(_where(folder))


@cli.command()
@click.argument("sides", nargs=-1, required=True, type=click.Path(), metavar="A B [C...]")
@click.option("--members", type=click.IntRange(min=1), help="How many ensemble members, for all.")
@click.option("--seed", type=click.IntRange(min=0), help="The root of all draws, for all.")
@click.option("--months", type=click.IntRange(min=1), help="How many months from the scenarios' start, for all.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder; results/<A>_against_<B> by default.")
@click.option("--no-figures", is_flag=True, help="Write the table only.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def compare(sides: tuple[str, ...], out: Path | None, no_figures: bool, quiet: bool, **given: int | None) -> None:
    """Compare scenarios member by member: A with B, A with C, ...

    Each is a scenario file or a result folder. A folder holds no members, so its scenario.yaml is run again, which gives
    the same numbers. All are run with the same draws; writes comparison.csv and who gains and who loses.
    """
    from sim.compare import compare as compare_members
    from sim.report.files import check_target

    folder = out or Path("results", "_against_".join(Path(side).stem for side in sides))
    check_target(folder)
    comparison = compare_members(*sides, **given, progress=None if quiet else _plain_lines("comparison"))
    comparison.save(folder, figures=not no_figures, command=click.get_current_context().obj)
    if not quiet:
        click.echo(comparison.overview())
        click.echo(_where(folder))


@cli.command()
@click.argument("scenario", type=click.Path(), default="scenarios/baseline.yaml")
@click.option("--members", type=click.IntRange(min=1), help="How many ensemble members.")
@click.option("--seed", type=click.IntRange(min=0), help="The root of all draws.")
@click.option("--months", type=click.IntRange(min=1), help="How many months from the start; later outcomes are not scored.")
@click.option("--out", type=click.Path(path_type=Path), help="The result folder; results/<scenario file>_backtest by default.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def backtest(scenario: str, out: Path | None, quiet: bool, **given: int | None) -> None:
    """Score a SCENARIO against what happened, each category without its own history.

    Outcomes, documented cases and announced plans stand beside the scenario; writes backtest.csv.
    """
    from sim.backtest import backtest as score
    from sim.report.files import check_target
    from sim.report.study import save_tables

    folder = out or Path("results", f"{Path(scenario).stem}_backtest")
    check_target(folder)
    found = score(scenario, **given)
    loaded = sim.load(scenario, **{key: value for key, value in given.items() if value is not None})
    save_tables(folder, loaded, {"backtest": found.table}, command=click.get_current_context().obj)
    if not quiet:
        click.echo(found.text)
        click.echo(_where(folder))


@cli.command()
@click.argument("scenario", type=click.Path())
@click.option("--members", type=click.IntRange(min=1), help="How many ensemble members; 21 or more.")
@click.option("--seed", type=click.IntRange(min=0), help="The root of all draws.")
@click.option("--assumptions", is_flag=True, help="List every assumption.")
@click.option("--no-run", is_flag=True, help="Do not run the scenario; say nothing of what matters most.")
@set_option
@click.option("--quiet", is_flag=True, help="Print no progress.")
def evidence(scenario: str, sets: tuple[str, ...], assumptions: bool, no_run: bool, quiet: bool, **given: int | None) -> None:
    """Say how well a scenario is supported, and which assumption matters most.

    Counts numbers by confidence, names sources that nothing uses, runs the scenario and finds out by rank regression which
    inputs make its results spread.
    """
    from sim.evidence import described
    from sim.importance import check_members, importance
    from sim.importance import described as most_important

    loaded = sim.load(scenario, sets, **{key: value for key, value in given.items() if value is not None})
    if not no_run:
        check_members(loaded.members)
    click.echo(described(loaded, assumptions=assumptions))
    if not no_run:
        with _progress(loaded, quiet) as progress:
            result = sim.run(loaded, progress=progress)
        click.echo()
        click.echo(most_important(importance(result.scenario, result.records)))


@cli.command("list")
@click.argument("folder", required=False, default="scenarios", type=click.Path(path_type=Path))
def list_scenarios(folder: Path) -> None:
    """List the scenarios of a FOLDER, scenarios/ by default, with their titles."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise InputError(f"{folder}: holds no scenario (*.yaml)")
    for file in files:
        click.echo(f"{file}: {sim.load(file).title}")


@cli.command()
@click.argument("name")
def new(name: str) -> None:
    """Write a commented scenario to start from, as NAME.yaml."""
    from importlib.resources import files

    path = Path(name if name.endswith(".yaml") else f"{name}.yaml")
    if not path.stem.isidentifier():
        raise InputError(f"{name}: a scenario's name has letters, digits and underscores, and begins with a letter")
    text = files("sim").joinpath("starter.yaml").read_text(encoding="utf-8").replace("name: starter", f"name: {path.stem}", 1)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text.replace("NAME.yaml", path.name))
    except FileExistsError:
        raise InputError(f"{path}: is there already; give another name") from None
    except OSError as error:
        raise InputError(f"{path}: cannot write: {error.strerror or error}") from error
    click.echo(f"{path}: change it, then: sim run {path}")


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


def _where(folder: Path) -> str:
    names = sorted(path.name + ("/" if path.is_dir() else "") for path in folder.iterdir())
    return f"{folder}: {', '.join(names)}"


@contextmanager
def _progress(scenario: Scenario, quiet: bool) -> Iterator[Progress | None]:
    """Give what reports progress: a bar with the time left on a terminal, a line each quarter elsewhere."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        from tqdm import tqdm

        shape = "running {desc}: {percentage:3.0f} % |{bar}| {remaining} left"
        with tqdm(desc=scenario.name, total=scenario.members * scenario.months, bar_format=shape, leave=False) as bar:
            yield lambda done, total: bar.update(done - bar.n)
    else:
        yield _plain_lines(scenario.name)


def _plain_lines(name: str) -> Progress:
    told = 0

    def report(done: int, total: int) -> None:
        nonlocal told
        quarters = 4 * done // total
        if quarters > told:
            told = quarters
            click.echo(f"running {name}: {25 * quarters} %", err=True)

    return report
