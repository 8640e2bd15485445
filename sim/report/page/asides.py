"""Write the sections of the page that are words and tables: trust, all needs, changes, how to
repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.report.charts.spreads import spread
from sim.report.charts.tables import Tables
from sim.report.charts.wording import counted, months, number, percent
from sim.report.page.views import TableView, table_view

CONFIDENCE = ("documented", "estimated", "disputed", "assumed")
SHOWN: Sequence[tuple[str, str, Callable[[float], str]]] = (
    ("fill_rate_after", "met since restricted", percent),
    ("T90", "months to 90 %", months),
    ("substitution_ratio", "substituted", percent),
    ("unmet", "unmet units", number),
    ("import_dependence", "imported", percent),
)
MOST_MATTERS = 12


@dataclass(frozen=True)
class Aside:
    """Hold a section without charts."""

    title: str
    texts: Sequence[str] = ()
    tables: Sequence[TableView] = ()


def title(tables: Tables) -> str:
    """Return the title of the scenario that was run, of each where there are several; their names
    where a title does not tell them apart.
    """
    scenario = tables.manifest.get("scenario", {})
    if "title" in scenario:
        return str(scenario["title"])
    titles = {name: str(each["title"]) for name, each in scenario.items() if isinstance(each, dict)}
    told = titles.values() if len(set(titles.values())) == len(titles) else titles
    return " against ".join(told) or "Result"


def about(tables: Tables) -> str:
    """Return what was run: months, members."""
    manifest = tables.manifest
    told = [counted(manifest["members"], "member")] if "members" in manifest else []
    if "series" in tables:
        span = tables["series"]["month"]
        told.append(f"{span.iloc[0]} to {span.iloc[-1]}")
    told.append("a member is one run with its own draw of every uncertain number")
    return "; ".join(told)


def foot(tables: Tables) -> str:
    """Return which program made the page; no date, so that equal results give equal pages."""
    version = tables.manifest.get("sim", "")
    return f"Made by sim {version}. This file needs no network and sends nothing.".replace(
        "  ", " "
    )


def trust(tables: Tables) -> Aside | None:
    """Count the numbers of the scenario by how well they are supported; list what matters most if
    known.
    """
    import pandas as pd

    if not tables.has("sources"):
        return None
    sources = tables["sources"]
    counts = sources["confidence"].value_counts()
    known = [name for name in CONFIDENCE if name in counts.index]
    rows = [(name, f"{counts[name]:,}", percent(counts[name] / len(sources))) for name in known]
    frame = pd.DataFrame(rows, columns=["confidence", "numbers", "share"])
    used = sources.loc[sources["source"] != "", "source"].nunique()
    assumed = int(counts.get("assumed", 0))
    bare = int((sources["low"].isna() & (sources["confidence"] == "assumed")).sum())
    texts = [
        (
            _backed(used, others)
            if (others := len(sources) - assumed)
            else "No source stands behind any number; "
        )
        + f"{counted(bare, 'assumed number')} without an interval. "
        "The bands hold what is uncertain in these numbers, and nothing of what the model "
        "leaves out.",
        *(f"Warning: {each}" for each in tables.manifest.get("warnings", ())),
    ]
    heading = (
        f"{assumed:,} of {len(sources):,} numbers are assumed, "
        f"{int(counts.get('documented', 0)):,} are documented"
    )
    return Aside(
        heading, texts, [table_view("Numbers of the scenario by support", frame), *_matters(tables)]
    )


def needs(tables: Tables) -> Aside | None:
    """Tabulate all needs, to be sorted: the median and nine of ten members."""
    import pandas as pd

    if not tables.has("summary"):
        return None
    rows = tables.final("summary")
    keys = rows[["state", "product"]].drop_duplicates()
    order = pd.MultiIndex.from_frame(keys)
    texts = {
        "state": [tables.names.state(state) for state in keys["state"]],
        "product": [tables.names.product(product) for product in keys["product"]],
    }
    values: dict[str, Sequence[object]] = {**texts}
    told = tables.typical()
    for metric, name, write in SHOWN:
        mine = told[told["metric"] == metric].set_index(["state", "product"]).reindex(order)
        texts[name] = [
            spread(write, *each) for each in zip(mine["p50"], mine["p05"], mine["p95"], strict=True)
        ]
        values[name] = mine["p50"].tolist()
    shown, sorting = pd.DataFrame(texts), pd.DataFrame(values)
    best = sorting["met since restricted"].argsort(kind="stable")
    view = table_view(
        "Each need: median, and 5 to 95 % of the members in brackets; press a heading to sort",
        shown.iloc[best],
        sorting.iloc[best],
        sortable=True,
    )
    return Aside(f"{tables.counted(len(keys))}, worst covered first", tables=[view])


def changes(tables: Tables) -> Aside | None:
    """Tabulate what differs from the scenario that this one extends."""
    import pandas as pd

    if not tables.has("changes"):
        return None
    rows = tables["changes"]
    frame = pd.DataFrame(
        {
            "what": [tables.names.path(path) for path in rows["path"]],
            "path": rows["path"],
            "parent": rows["parent"],
            "here": rows["here"],
        }
    )
    heading = f"{counted(len(rows), 'change')} against the scenario that this one extends"
    return Aside(heading, tables=[table_view("Changes", frame)])


def repeat(tables: Tables) -> Aside | None:
    """Write how the same numbers are made again."""
    import pandas as pd

    manifest = tables.manifest
    if not manifest:
        return None
    scenario = manifest.get("scenario", {})
    many = {"": scenario} if "sha256" in scenario else scenario
    packages = manifest.get("packages", {})
    rows = [
        ("command", manifest.get("command") or "saved from Python"),
        *(
            (f"SHA-256 of the scenario {name}".strip(), each["sha256"])
            for name, each in many.items()
            if isinstance(each, dict) and "sha256" in each
        ),
        ("seed", manifest.get("seed", "")),
        ("members", manifest.get("members", "")),
        ("sim", manifest.get("sim", "")),
        ("Python", manifest.get("python", "")),
        ("packages", ", ".join(f"{name} {version}" for name, version in packages.items())),
        ("platform", manifest.get("platform", "")),
    ]
    text = "sim run on the scenario.yaml beside this file gives the same tables, byte for byte."
    frame = pd.DataFrame([(name, str(value)) for name, value in rows], columns=["what", "value"])
    texts = [text] if "summary" in tables else []
    return Aside("The same numbers again", texts, [table_view("Origin", frame)])


def _matters(tables: Tables) -> list[TableView]:
    """Tabulate the inputs that explain most of the spread, where the result says so."""
    import pandas as pd

    if not tables.has("importance"):
        return []
    rows = tables["importance"].head(MOST_MATTERS)
    frame = pd.DataFrame(
        {
            "number": [tables.names.path(path) for path in rows["path"]],
            "support": rows["confidence"],
            "share of the spread": [percent(share) for share in rows["share"]],
        }
    )
    return [table_view("What matters most", frame)]


def _backed(sources: int, numbers: int) -> str:
    verb = "stands" if sources == 1 else "stand"
    return f"{counted(sources, 'source')} {verb} behind the other {numbers:,}; "
