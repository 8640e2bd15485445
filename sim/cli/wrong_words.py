"""Write which word of a command is unknown or not allowed, and which may be meant."""

from __future__ import annotations

import re

import click

from sim.scenario.suggestions import listed, meant, on_one_line

_NO_COMMAND = re.compile("No such command '(.*)'.*", re.DOTALL)
_TOO_MANY = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)
_NO_CHOICE = re.compile("'(.*)' is not one of .*", re.DOTALL)


def told(error: click.UsageError) -> str:
    """Say what is wrong with the words of a command, on a line."""
    if isinstance(error, click.BadOptionUsage):
        is_flag = "not take" in error.message
        return f"{error.option_name}: {'takes no value' if is_flag else 'give a value after it'}"
    if error.ctx is None:
        return on_one_line(error.format_message())
    return f"{error.ctx.command_path}: {_of(error, error.ctx)}"


def of_value(error: click.BadParameter) -> str:
    """Say where a value stands that cannot be taken, and what is allowed."""
    place = error.param.get_error_hint(error.ctx).strip("'") if error.param else ""
    wrong = _NO_CHOICE.fullmatch(error.message)
    if error.param is None or wrong is None or not isinstance(error.param.type, click.Choice):
        return f"{place}: {error.message}"
    known = [str(each) for each in error.param.type.choices]
    return f"{place}: expected {listed(known)}, found '{on_one_line(wrong[1])}'"


def _of(error: click.UsageError, context: click.Context) -> str:
    command = context.command
    if isinstance(error, click.NoSuchOption):
        options = [each for each in command.get_params(context) if isinstance(each, click.Option)]
        return _unknown("option", error.option_name, [each.opts[-1] for each in options])
    if isinstance(command, click.Group) and (name := _NO_COMMAND.fullmatch(error.message)):
        return _unknown("command", name[1], command.list_commands(context))
    if words := _TOO_MANY.fullmatch(error.message):
        taken = " ".join(command.collect_usage_pieces(context)[1:]) or "options alone"
        return f"takes {taken}, found '{on_one_line(words[1])}' beside"
    return on_one_line(error.format_message())


def _unknown(what: str, name: str, known: list[str]) -> str:
    return f"unknown {what} '{on_one_line(name)}'{meant(name, known)}"
