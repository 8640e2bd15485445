"""Print the JSON Schema of files: `schema`. Heavy libraries are imported inside."""

from __future__ import annotations

import json

import click

from sim.cli.common import say


@click.command()
@click.argument("what", default="scenario", type=click.Choice(["scenario", "study"]))
def schema(what: str) -> None:
    """Print the JSON Schema of scenario files, or of study files.

    With it an editor completes keys, event kinds and rules, shows their texts, and marks what is
    mistyped. Write it into a file and name that in the first line of a scenario:

    # yaml-language-server: $schema=scenario.schema.json
    """
    say(json.dumps(schema_of(what), indent=1, ensure_ascii=False))


def schema_of(what: str) -> dict[str, object]:
    """Return the JSON Schema of `scenario` or `study` files, with the rules of installed
    packages.
    """
    from sim.rules import plugins
    from sim.rules.json_schema import choice_schemas
    from sim.scenario.json_schema import model_schema, scenario_schema
    from sim.study.spec import Factor, Spec

    if what == "study":
        return model_schema(Spec, "A study of sim", {Factor: {"type": "array"}})
    plugins.load()
    return scenario_schema(choice_schemas())
