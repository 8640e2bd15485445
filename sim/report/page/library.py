"""Give the chart library's script, which the package carries; made once and kept by its version."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path


def library() -> str:
    """Return the script of Vega, Vega-Lite and Vega-Embed, from the user's cache if it stands there
    whole.

    Making it takes a second and a half, reading it a few milliseconds.
    """
    kept = cache() / f"vega-{version('vl-convert-python')}.js"
    with suppress(OSError, UnicodeDecodeError):
        digest, _, text = kept.read_text(encoding="utf-8").partition("\n")
        if digest == sha256(text.encode()).hexdigest():
            return text
    import vl_convert

    made = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").replace(
        "</script", "<\\/script"
    )
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_name(f".{kept.name}.{secrets.token_hex(4)}")
        fresh.write_text(f"{sha256(made.encode()).hexdigest()}\n{made}", encoding="utf-8")
        fresh.replace(kept)
    return made


def cache() -> Path:
    """Return the folder in which the user's system keeps what can be made again."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(home) if home else Path.home() / ".cache") / "supply-substitution"
