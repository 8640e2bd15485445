"""Whole files that are refused, and all that is said of each, in order."""

from __future__ import annotations

from typing import NamedTuple

from tests.tiny_scenario import TEXT, edited


class Case(NamedTuple):
    """Files, by name, of which main.yaml is loaded; and all that is said of them."""

    what: str
    files: dict[str, bytes | str]
    faults: list[str]


def extending(*lines: str) -> str:
    """Write a file that extends the tiny scenario."""
    return "\n".join(["extends: tiny.yaml", *lines, ""])


BOMB = "a: &a [" + "x, " * 99 + "x]\nb: &b [" + "*a, " * 99 + "*a]\nc: [" + "*b, " * 299 + "*b]\n"
CHAIN = {f"f{step}.yaml": f"extends: f{step + 1}.yaml\n" for step in range(50)}
TINY = {"tiny.yaml": TEXT}

FILES = [
    Case("empty", {"main.yaml": ""}, ["main.yaml: the file is empty"]),
    Case("comments alone", {"main.yaml": "# nothing yet\n"}, ["main.yaml: the file is empty"]),
    Case("an empty document", {"main.yaml": "---\n"}, ["main.yaml: the file is empty"]),
    Case(
        "binary",
        {"main.yaml": b"\x7fELF\x00\x01"},
        ["main.yaml:1:1: not plain text: character U+007F"],
    ),
    Case(
        "zeros",
        {"main.yaml": b"name: x\nti\x00tle: y\n"},
        ["main.yaml:2:3: not plain text: character U+0000"],
    ),
    Case(
        "a picture",
        {"main.yaml": b"\x89PNG\r\n\x1a\n"},
        [
            "main.yaml: is binary, no text; write a scenario in YAML, and save a sheet as CSV",
        ],
    ),
    Case(
        "Latin-1",
        {"main.yaml": "name: x\ntitle: Köln\n".encode("latin-1")},
        ["main.yaml: not UTF-8 text (byte 17); save it as UTF-8"],
    ),
    Case(
        "UTF-16",
        {"main.yaml": "name: x\n".encode("utf-16")},
        ["main.yaml: not UTF-8 text (byte 1); save it as UTF-8"],
    ),
    Case(
        "a list",
        {"main.yaml": "- name: x\n"},
        ["main.yaml:1:1: expected a mapping of keys, found a list"],
    ),
    Case(
        "a word",
        {"main.yaml": "\nname\n"},
        ["main.yaml:2:1: expected a mapping of keys, found text"],
    ),
    Case(
        "two documents",
        {"main.yaml": "name: x\n---\nname: y\n"},
        ["main.yaml:2:1: a second document starts here; a scenario is one"],
    ),
    Case(
        "an open bracket",
        {"main.yaml": "name: [x\ntitle: y\n"},
        [
            "main.yaml:2:6: not valid YAML: while parsing a flow sequence, did not find expected"
            " ',' or ']'"
        ],
    ),
    Case(
        "a tab",
        {"main.yaml": "name: x\nrules:\n\trounds: 1\n"},
        [
            "main.yaml:3:1: not valid YAML: while scanning for the next token, found character that"
            " cannot start any token (indent by spaces, not tabs; text that begins with @, ` or %"
            " needs quotes)"
        ],
    ),
    Case(
        "a colon too many",
        {"main.yaml": "name: a: b\n"},
        [
            "main.yaml:1:8: not valid YAML: mapping values are not allowed in this context (text"
            " with a colon needs quotes; the keys of a mapping begin in one column)"
        ],
    ),
    Case(
        "a star without quotes",
        {"main.yaml": "exporter: *\n"},
        [
            "main.yaml:1:12: not valid YAML: while scanning an alias, did not find expected"
            " alphabetic or numeric character (text that begins with * needs quotes)"
        ],
    ),
    Case(
        "an unknown anchor",
        {"main.yaml": "name: *tiny\n"},
        ["main.yaml:1:7 name: unknown anchor 'tiny' (text that begins with * needs quotes)"],
    ),
    Case(
        "an anchor within itself",
        {"main.yaml": "rules: &a {production: *a}\n"},
        [
            "main.yaml:1:24 rules.production: unknown anchor 'a' (text that begins with * needs"
            " quotes)"
        ],
    ),
    Case(
        "keys given twice",
        {"main.yaml": "name: x\nstates:\n  RUS: {title: a, title: b}\n  RUS: {}\nname: y\n"},
        [
            "main.yaml:3:19 states.RUS.title: key 'title' is given twice; first in line 3",
            "main.yaml:4:3 states.RUS: key 'RUS' is given twice; first in line 3",
            "main.yaml:5:1 name: key 'name' is given twice; first in line 1",
        ],
    ),
    Case(
        "merge keys",
        {"main.yaml": "states: &a {}\nneeds:\n  <<: *a\n"},
        [
            "main.yaml:3:3 needs: merge keys (<<) are not allowed; use extends, or an alias for the"
            " whole value"
        ],
    ),
    Case(
        "tags",
        {"main.yaml": "name: !!python/object/apply:os.system [ls]\ntitle: !secret x\n"},
        [
            (
                "main.yaml:1:7 name: tags are not allowed, found"
                " tag:yaml.org,2002:python/object/apply:os.system"
            ),
            "main.yaml:2:8 title: tags are not allowed, found !secret",
        ],
    ),
    Case(
        "keys that are no names",
        {"main.yaml": "true: 1\n1.5: 2\n~: 3\n"},
        [
            "main.yaml:1:1: a key must be a name or a year, found true",
            "main.yaml:2:1: a key must be a name or a year, found 1.5",
            "main.yaml:3:1: a key must be a name or a year, found ~",
        ],
    ),
    Case(
        "a mapping as a key",
        {"main.yaml": "? {a: b}\n: c\n"},
        ["main.yaml:1:3: a key must be a name or a year, found a mapping, a list or an alias"],
    ),
    Case(
        "a bomb of aliases",
        {"main.yaml": BOMB},
        [
            "main.yaml:3:797 c.198: more than 2,000,000 values in all files together, with aliases"
            " written out"
        ],
    ),
    Case(
        "very deep lists",
        {"main.yaml": "a: " + "[" * 5000 + "]" * 5000},
        ["main.yaml:1:43 a.0.0: more than 40 levels deep"],
    ),
    Case(
        "very deep mappings",
        {"main.yaml": "".join(" " * depth + "a:\n" for depth in range(2000))},
        ["main.yaml:40:40 a.a.a: more than 40 levels deep"],
    ),
    Case(
        "depth by aliases",
        {"main.yaml": "a: &a " + "[" * 30 + "]" * 30 + "\nb: " + "[" * 15 + "*a" + "]" * 15 + "\n"},
        ["main.yaml:2:19 b.0.0: more than 40 levels deep"],
    ),
    Case(
        "base that is not there",
        {"main.yaml": "extends: base.yaml\n"},
        ["main.yaml:1:10 extends: cannot read base.yaml: no such file"],
    ),
    Case(
        "base that no system can name",
        {"main.yaml": 'extends: "a\\0b"\n'},
        [r"main.yaml:1:10 extends: text with the control character U+0000"],
    ),
    Case(
        "text that a terminal would obey",
        {"main.yaml": 'extends: tiny.yaml\nstart: "\\e[2J\\n"\n', **TINY},
        [r"main.yaml:2:8 start: text with the control character U+001B"],
    ),
    Case(
        "base that is a folder",
        {"main.yaml": "extends: .\n"},
        ["main.yaml:1:10 extends: cannot read .: it is a directory"],
    ),
    Case(
        "bases that are no names",
        {"main.yaml": "extends: [5, {a: b}]\n"},
        [
            "main.yaml:1:11 extends.0: expected a file or a list of files, found 5",
            "main.yaml:1:14 extends.1: expected a file or a list of files, found a mapping",
        ],
    ),
    Case(
        "base of nothing",
        {"main.yaml": "extends:\n"},
        ["main.yaml:1:9 extends: expected a file or a list of files, found nothing"],
    ),
    Case(
        "a file that extends itself",
        {"main.yaml": "extends: main.yaml\n"},
        ["main.yaml:1:10 extends: files extend one another in a circle: main.yaml -> main.yaml"],
    ),
    Case(
        "files that extend one another",
        {
            "main.yaml": "extends: a.yaml\n",
            "a.yaml": "extends: [b.yaml]\n",
            "b.yaml": "name: x\nextends: a.yaml\n",
        },
        ["b.yaml:2:10 extends: files extend one another in a circle: a.yaml -> b.yaml -> a.yaml"],
    ),
    Case(
        "a long chain of files",
        {"main.yaml": "extends: f0.yaml\n", **CHAIN},
        ["f39.yaml:1:10 extends: more than 40 files that extend one another"],
    ),
    Case(
        "several faulty bases",
        {"main.yaml": "extends:\n- a.yaml\n- b.yaml\n- c.yaml\n", "a.yaml": "", "c.yaml": "x: [\n"},
        [
            "a.yaml: the file is empty",
            (
                "c.yaml:2:1: not valid YAML: while parsing a flow node, did not find expected node"
                " content"
            ),
            "main.yaml:3:3 extends.1: cannot read b.yaml: no such file",
        ],
    ),
    Case(
        "faults in both files",
        {
            "main.yaml": extending("months: 0", "needs: {RUS: {helicopters: {tier: -1}}}"),
            "tiny.yaml": edited(("helicopters: 8", "helicopters: -8")),
        },
        [
            "main.yaml:2:9 months: 0 is below 1",
            "main.yaml:3:35 needs.RUS.helicopters.tier: -1 is below 0",
            "tiny.yaml:37:18 needs.RUS.helicopters.units: -8 is below 0 (units per month)",
        ],
    ),
    Case(
        "removal of what is not there",
        {
            "main.yaml": extending("events: {bam: null}", "states: {RUS: {bloc: null}, UKS: ~}"),
            **TINY,
        },
        [
            "main.yaml:2:15 events.bam: nothing to remove; did you mean 'ban'?",
            "main.yaml:3:34 states.UKS: nothing to remove; did you mean 'UKR'?",
        ],
    ),
    Case(
        "removal where nothing was inherited",
        {
            "main.yaml": edited(
                ("  report: {title: A report}", "  report: {title: A report}\n  book:")
            )
        },
        ["main.yaml:61:8 sources.book: nothing to remove; known: report"],
    ),
    Case(
        "removal of what something refers to",
        {"main.yaml": extending("sources: {report: null}"), **TINY},
        [
            "tiny.yaml:30:63 factories.klimov.lines.engines.capacity.source:"
            " unknown source 'report'; the scenario has no `sources`"
        ],
    ),
    Case(
        "removal of all classes that something refers to",
        {"main.yaml": extending("complexity: null"), **TINY},
        [
            "tiny.yaml:14:67 products.engines.complexity: unknown complexity class 'hard'; the"
            " scenario has no `complexity`"
        ],
    ),
    Case(
        "section removed",
        {"main.yaml": extending("needs: null"), **TINY},
        ["main.yaml:1:1: missing key 'needs'"],
    ),
    Case(
        "half of a quantity",
        {"main.yaml": extending("events: {ban: {share: {low: 0.5}}}"), **TINY},
        ["main.yaml:2:23 events.ban.share: missing key 'value'"],
    ),
    Case(
        "two forms of a need in one file",
        {"main.yaml": extending("needs: {RUS: {helicopters: {units: 3, series: [1]}}}"), **TINY},
        [
            "main.yaml:2:28 needs.RUS.helicopters: give exactly one of units, by_year, series (got"
            " units, series)"
        ],
    ),
]
