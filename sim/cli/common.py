"""Hold what several commands share: options, progress, and where files are written."""

from __future__ import annotations

import errno
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from sim.errors import InputError, ScenarioError, SimError
from sim.files.text import printable
from sim.report.charts.wording import counted
from sim.report.files import check_target, read_manifest, unchecked
from sim.scenario.loading.shipped import located

if TYPE_CHECKING:
    from sim.engine.run import Progress
    from sim.study.experiment import Experiment

set_option = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change one value, as in events.ukraine_bans_dual_use.share=0.9; may be repeated.",
)

quiet_option = click.option("--quiet", is_flag=True, help="Print nothing but errors.")


def say(text: str = "", *, err: bool = False) -> None:
    """Print text, with control characters written out as escapes.

    When nobody reads any more (a closed pipe), nothing more is printed. Raises OutputError if the
    text cannot be printed for another reason, such as a full disk.
    """
    try:
        click.echo(printable(text), err=err)
    except OSError as error:
        _drop(sys.stderr if err else sys.stdout)
        if error.errno != errno.EPIPE and not err:
            raise OutputError(f"sim: cannot print: {error.strerror or error}") from error


class OutputError(SimError):
    """Report that what was found could not be printed."""


def _drop(stream: TextIO) -> None:
    """Discard everything that is still written to a stream."""
    with suppress(OSError, ValueError), open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


def folder_for(out: Path | None, default: Path) -> Path:
    """Return the folder to write to, when it can be written to.

    Raises InputError where it cannot; also where the default holds the answer to another question
    than the one asked now, which nobody has asked to replace.
    """
    folder = out or default
    check_target(folder)
    command = (read_manifest(folder) or {}).get("command") if out is None else None
    if isinstance(command, str) and not _asks_the_same(command):
        raise InputError(
            f"{folder}: holds the answer to another question, {command}; give another folder by"
            " --out, or name this one to replace it"
        )
    return folder


_QUESTION = {
    **dict.fromkeys(("scenario", "scenarios", "sides", "study", "source"), True),
    **dict.fromkeys(("reach", "choose", "probability", "low", "high"), False),
    **dict.fromkeys(("when", "metrics", "of", "at", "point", "member"), False),
}
"""The options of all commands that change the answer, and whether their values are files"""


def _asks_the_same(command: str) -> bool:
    """Tell whether an earlier command asked what the present one asks."""
    now = click.get_current_context()
    try:
        words = shlex.split(command)[1:]
    except ValueError:
        return False
    if not words or words[0] != now.info_name:
        return False
    then = now.command.make_context(words[0], words[1:], resilient_parsing=True)
    return _question(then.params) == _question(now.params)


def _question(words: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _real(words.get(key)) if names_files else words.get(key)
        for key, names_files in _QUESTION.items()
    }


def _real(given: Any) -> Any:
    """Name files the same however they are written."""
    if isinstance(given, tuple):
        return tuple(map(_real, given))
    return given if given is None else os.path.realpath(located(given))


def _without_check(context: click.Context, _: click.Parameter, is_given: bool) -> None:
    if is_given:
        context.with_resource(unchecked())


unchecked_option = click.option(
    "--unchecked",
    is_flag=True,
    expose_value=False,
    callback=_without_check,
    help="Read folders even where files are not as they were written.",
)


def is_study(error: InputError) -> bool:
    """Tell whether what cannot be loaded as a scenario is a study."""
    from sim.scenario.loading.load import STUDY

    return isinstance(error, ScenarioError) and any(each.message == STUDY for each in error.faults)


def study_size(ready: Experiment) -> str:
    """Say how large a study is."""
    return (
        f"{counted(ready.points, 'point')} of {counted(ready.members, 'member')},"
        f" {counted(len(ready.rows), 'number')} each, {ready.spec.design.kind}"
    )


def where(folder: Path) -> str:
    """Return a line that lists the files of a result folder."""
    there = folder.resolve()  # `new/../out` is there, though `new` is not
    names = sorted(path.name + ("/" if path.is_dir() else "") for path in there.iterdir())
    return f"{folder}: {', '.join(names)}"


@contextmanager
def progress_of(name: str, quiet: bool, runs: str = "") -> Iterator[Progress | None]:
    """Give what reports progress: a bar with the time left on a terminal, a line each quarter
    elsewhere.

    `runs` is what is counted, where its number tells a user something.
    """
    name = printable(name)
    if quiet or sys.stderr is None:
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
            say(f"running {name}: {25 * quarters} %", err=True)

    return report
