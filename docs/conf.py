"""Configure the guide: Sphinx with MyST, furo and sphinx-click; nothing comes from the network."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import generated

import sim

project = "sim"
author = "the authors of sim"
project_copyright = author
version = release = sim.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click", "mathml"]
html_math_renderer = "mathml"
exclude_patterns = ["images/README.md"]
source_suffix = {".md": "markdown"}
nitpicky = False

myst_enable_extensions = ["dollarmath", "deflist", "fieldlist"]
myst_heading_anchors = 4
suppress_warnings = ["misc.highlighting_failure"]  # YAML with `...` where something is left out

autodoc_typehints = "description"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_default_options = {"exclude-members": "__init__, __new__"}

html_theme = "furo"
html_title = "sim: supply substitution"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_show_sphinx = False
html_copy_source = False

smartquotes = False  # quantities, keys and commands stay as they are typed


def setup(app: object) -> None:
    """Let pages hold what is made from the code: `<!-- generated: rules -->`."""
    app.connect("source-read", fill)  # type: ignore[attr-defined]


def fill(app: object, name: str, source: list[str]) -> None:
    """Put what is generated in its places."""
    del app, name
    source[0] = generated.filled(source[0])
