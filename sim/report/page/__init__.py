"""Write the page of a result: one file that holds its answer, charts and tables, and needs no
network.
"""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.report.charts.colours import DARK, LIGHT
from sim.report.charts.marks import CONFIG
from sim.report.charts.tables import Tables
from sim.report.charts.wording import unbroken
from sim.report.page.content import Page, content
from sim.report.page.library import library
from sim.report.page.views import chart_data, chart_view

if TYPE_CHECKING:
    from jinja2 import Environment

NAME = "report.html"


def write_page(tables: Tables, folder: str | Path) -> Path:
    """Write `report.html` into a folder and return its path; equal tables give equal bytes."""
    path = Path(folder, NAME)
    path.write_text(page(tables), encoding="utf-8", newline="\n")
    return path


def page(tables: Tables) -> str:
    """Return the page of a result as HTML.

    Scripts and styles stand in the file and are allowed by their hashes alone; the browser is
    forbidden to fetch anything, to evaluate text as code, and to take styles from elsewhere. All
    text is escaped.
    """
    from markupsafe import Markup

    found = content(tables)
    here = templates()
    script = asset("draw.js") + asset("script.js")
    parts = {"library": library(), "script": script, "style": style()}
    html = here.get_template("page.html.j2").render(
        page=_viewed(found),
        data=Markup(embedded({**LOOK, "charts": _data(found)})),
        policy=_policy(parts),
        **{name: Markup(text) for name, text in parts.items()},
    )
    return html + "\n"


def _viewed(found: Page) -> dict[str, Any]:
    """Lay the charts of each section out for the template."""
    sections = [
        {**vars(section), "charts": [chart_view(chart) for chart in section.charts]}
        for section in found.sections
    ]
    return {**vars(found), "sections": sections}


@cache
def templates(*packages: str) -> Environment:
    """Return the template engine, which escapes all text: templates of the page, and of these
    packages beside.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    loaders = [PackageLoader(name, ".") for name in (*packages, __name__)]
    made = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["unbroken"] = unbroken
    return made


def style() -> str:
    """Return the style sheet, with the colours of both themes."""
    return (
        templates()
        .from_string(asset("style.css"))
        .render(light=_variables(LIGHT), dark=_variables(DARK))
    )


def asset(name: str, package: str = __name__) -> str:
    """Return the text of a script or a style sheet of a package."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


LOOK: dict[str, Any] = {
    "theme": {name: f"var(--{name[1:]})" for name in LIGHT},
    "config": CONFIG,
}
"""How the script draws: colours are the variables of the style sheet."""


def _data(found: Page) -> dict[str, Any]:
    """Collect what the page's script draws."""
    return {name: chart_data(chart) for name, chart in found.charts.items()}


def embedded(data: dict[str, Any]) -> str:
    """Write data as JSON that cannot end the element in which it stands."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _policy(parts: dict[str, str]) -> str:
    """Write the content policy: these scripts and this style, and nothing else."""
    digest = {
        name: f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
        for name, text in parts.items()
    }
    return (
        f"default-src 'none'; script-src {digest['library']} {digest['script']}; "
        f"style-src {digest['style']}; base-uri 'none'; form-action 'none'"
    )


def _variables(theme: Any) -> str:
    return " ".join(f"--{name[1:]}: {colour};" for name, colour in theme.items())
