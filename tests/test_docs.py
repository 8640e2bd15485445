"""The guide builds without a warning or the network, and nothing that the code has is missing from
it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim
from sim import rules
from sim.cli.main import cli
from sim.metrics.table import MONTHLY, SUMMARY
from sim.scenario.loading.schema_walk import KINDS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
EQUATIONS = (DOCS / "explanation" / "equations.md").read_text(encoding="utf-8")
SECTIONS = set(re.findall(r"^##+ ([\d.]+?)\.? ", EQUATIONS, re.MULTILINE))
MADE_UP = ("neon.yaml", "scenario.yaml")
"""Files that readers write, or find in a result folder."""
LITERATURE = EQUATIONS.partition("## Literature")[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the guide with warnings as errors, as `make docs` does."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q"]
    done = subprocess.run(
        [*command, "-d", str(folder / "trees"), str(DOCS), str(folder / "html")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


def words(page: Path) -> str:
    """Return the text of a built page without its tags."""
    return re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8"))


def test_no_page_needs_the_network(site: Path) -> None:
    """Scripts, styles, pictures and fonts come with it."""
    loads = re.compile(r"<(?:script|img|link|iframe)[^>]*\s(?:src|href)=\"(?:https?:)?//")
    pages = [*site.rglob("*.html")]
    assert len(pages) > 20
    assert not [page.name for page in pages if loads.search(page.read_text(encoding="utf-8"))]
    styles = "".join(page.read_text(encoding="utf-8") for page in site.rglob("*.css"))
    assert "url(http" not in styles


def test_nothing_is_left_to_be_generated(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert "generated:" not in words(page), page


def test_the_reference_has_every_key_kind_and_rule(site: Path) -> None:
    events = words(site / "reference" / "events.html")
    assert all(kind in events for kind in KINDS)
    listed = words(site / "reference" / "rules.html")
    for rule in rules.rules():
        assert all(name in listed for name in (rule.name, *rule.parameters))


def test_the_reference_has_every_command_and_public_name(site: Path) -> None:
    commands = words(site / "reference" / "commands.html")
    assert all(f"sim {name}" in commands or name in commands for name in cli.commands)
    named = words(site / "reference" / "api.html")
    assert [name for name in sim.__all__ if f"sim.{name}" not in named.replace(" ", "")] == [
        "__version__"
    ]


@pytest.mark.parametrize("rule", rules.rules(), ids=lambda rule: f"{rule.family}.{rule.name}")
def test_a_rule_cites_what_is_there(rule: rules.Rule) -> None:
    """A section of the page of equations, or literature that is listed there; and stands there."""
    cited = list(_cited(rule.source))
    assert cited, rule.source
    for kind, each in cited:
        assert each in SECTIONS if kind == "section" else each in LITERATURE, each
    assert f"`{rule.name}`" in EQUATIONS


def _cited(source: str) -> Iterator[tuple[str, str]]:
    for section in re.findall(r"equations (\d+(?:\.\d+)?)", source):
        yield "section", section
    for author in re.findall(r"([A-Z][a-z]+)[^;:]*? (?:19|20)\d\d", source):
        yield "author", author


def test_no_code_cites_a_document_that_is_not_there() -> None:
    for path in (ROOT / "sim").rglob("*.py"):
        text = " ".join(path.read_text(encoding="utf-8").split())
        assert "odel specification" not in text, path
        cited = re.findall(r"[Ee]quations (\d[\d.]*(?:(?:, | and | to )\d[\d.]*)*)", text)
        assert set(re.findall(r"\d+(?:\.\d+)?", " ".join(cited))) <= SECTIONS, path


def test_links_between_sources_lead_somewhere() -> None:
    """Also for those who read the guide's sources, not the site."""
    for path in (*DOCS.rglob("*.md"), *ROOT.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_each_miss_of_the_backtest_is_told() -> None:
    """A line for each outcome that a 90 % interval does not hold."""
    page = (DOCS / "backtest.md").read_text(encoding="utf-8")
    told, outcomes = page.split("## Each miss")[1].split("## Every outcome")
    missed = [row for row in outcomes.splitlines() if row.split("|")[7:8] == [" no "]]
    assert len(missed) == told.count("\n| ") - 2


def test_pages_say_how_large_the_baseline_is() -> None:
    axes = sim.SupplyModel("baseline").world.axes
    lines, needs, links = len(axes.lines), len(axes.needs), len(axes.link_line)
    speed = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    assert f"({lines} lines, {needs} needs, {links} links)" in speed
    assert f"with {links} links" in (ROOT / "DESIGN.md").read_text(encoding="utf-8")


def test_every_metric_stands_where_results_are_described() -> None:
    page = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    monthly, summary = page.split("## series.csv")[1].split("## summary.csv")
    assert [name for name in MONTHLY if f"`{name}`" not in monthly] == []
    assert [name for name in SUMMARY if f"`{name}`" not in summary] == []


def test_files_that_are_named_are_there() -> None:
    """By their path in the repository, or below `sim/`, or by their name beside another."""
    for path in (*DOCS.rglob("*.md"), ROOT / "DESIGN.md", ROOT / "CONTRIBUTING.md"):
        text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
        for name in re.findall(r"`([\w/]+\.(?:py|yaml))`", text):
            known = (ROOT / name).exists() or (ROOT / "sim" / name).exists()
            folders = (ROOT / "sim", ROOT / "scenarios")
            known |= "/" not in name and any(any(each.rglob(name)) for each in folders)
            assert known or name in MADE_UP, f"{path.name}: {name}"
