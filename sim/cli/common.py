"""What several commands share: options, progress, and where the files are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sim.engine.run import Progress

set_option = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change one value, as in events.ukraine_ban.share=0.9; may be repeated.",
)

quiet_option = click.option("--quiet", is_flag=True, help="Print nothing but errors.")


def where(folder: Path) -> str:
    """Say what stands in a result folder."""
    names = sorted(path.name + ("/" if path.is_dir() else "") for path in folder.iterdir())
    return f"{folder}: {', '.join(names)}"


@contextmanager
def progress_of(name: str, quiet: bool, runs: str = "") -> Iterator[Progress | None]:
    """Give what reports progress: a bar with the time left on a terminal, a line each quarter
    elsewhere.

    `runs` is what is counted, where its number tells a user something.
    """
    if quiet:
        yield None
    elif sys.stderr.isatty():
        from tqdm import tqdm

        count = f"{{n_fmt}} of {{total_fmt}} {runs}, " if runs else ""
        shape = f"running {{desc}}: {{percentage:3.0f}} % |{{bar}}| {count}{{remaining}} left"
        with tqdm(desc=name, total=1, bar_format=shape, leave=False) as bar:

            def report(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            yield report
    else:
        yield plain_lines(name)


def plain_lines(name: str) -> Progress:
    """Give what reports progress as a line each quarter."""
    told = 0

    def report(done: int, total: int) -> None:
        nonlocal told
        quarters = 4 * done // total
        if quarters > told:
            told = quarters
            click.echo(f"running {name}: {25 * quarters} %", err=True)

    return report
