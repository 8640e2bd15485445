"""Offer the command `sim`: register its subcommands, and turn what they raise into messages and
exit codes.
"""

from __future__ import annotations

import io
import shlex
import sys
from collections.abc import Sequence

import click
from click.exceptions import NoArgsIsHelpError

import sim
from sim.cli import analyses as analysing
from sim.cli import experiments as judging
from sim.cli import explore as exploring
from sim.cli import imports as importing
from sim.cli import missing, wrong_words
from sim.cli import plans as planning
from sim.cli import plot as plotting
from sim.cli import runs as running
from sim.cli import schema as schemas
from sim.cli import studies as studying
from sim.cli import systemic as risking
from sim.cli.common import say
from sim.cli.precedents import precedents
from sim.cli.process import fill_standard_streams, interrupts, plain_warnings
from sim.errors import InputError, SimError
from sim.files.text import documentation, encodable

DONE, OUR_FAILURE, YOUR_INPUT, INTERRUPTED = 0, 1, 2, 130
"""Exit codes."""


def main(args: Sequence[str] | None = None) -> int:
    """Run the command with these words, the process's own by default, and return its exit code."""
    words = (sys.argv[1:] if args is None else list(args)) or ["--help"]
    fill_standard_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a title may hold letters that the terminal lacks
    with plain_warnings(), interrupts():
        return _code(words)


def _code(words: Sequence[str]) -> int:
    """Run the command, print what stopped it, and return the exit code."""
    typed = encodable(shlex.join(["sim", *words]))
    try:
        cli.main(words, prog_name="sim", standalone_mode=False, obj=typed)
    except click.ClickException as error:
        say(_told(error), err=True)
        return error.exit_code
    except click.Abort:
        say("sim: interrupted", err=True)
        return INTERRUPTED
    except SimError as error:
        say(str(error), err=True)
        return YOUR_INPUT if isinstance(error, InputError) else OUR_FAILURE
    except MemoryError as error:
        say(f"sim: not enough memory; fewer members or months take less ({error})", err=True)
        return OUR_FAILURE
    except OSError as error:
        say(f"sim: {error}", err=True)
        return OUR_FAILURE
    return DONE


def _told(error: click.ClickException) -> str:
    """Write what is wrong with the words: what is missing or unknown, of a value its place and what
    is allowed.
    """
    if isinstance(error, click.MissingParameter):
        return missing.told(error)
    if isinstance(error, click.BadParameter):
        return wrong_words.of_value(error)
    if isinstance(error, click.UsageError) and not isinstance(error, NoArgsIsHelpError):
        return wrong_words.told(error)
    told = io.StringIO()
    error.show(told)
    return told.getvalue().rstrip("\n")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(sim.__version__, prog_name="sim", message="%(prog)s %(version)s")
def cli() -> None:
    """Simulate supply substitution.

    A supplier country is cut off: who can make its goods instead, how soon, at what cost, and what
    stays uncovered?

    Exit codes: 0 done, 1 a failure of sim, 2 something to mend in the input, 130 interrupted.
    """


for _command in (
    running.run,
    running.validate,
    running.new,
    running.list_scenarios,
    running.list_rules,
    schemas.schema,
    judging.compare,
    judging.stress,
    risking.esri,
    judging.backtest,
    judging.evidence,
    studying.sweep,
    studying.merge,
    studying.replay,
    analysing.sensitivity,
    analysing.discover,
    planning.plan,
    plotting.plot,
    exploring.explore,
    importing.imports,
    precedents,
):
    # Python may have dropped the docstrings (PYTHONOPTIMIZE=2)
    _command.help = _command.help or documentation(_command.callback)
    cli.add_command(_command)
cli.help = cli.help or documentation(cli.callback)
