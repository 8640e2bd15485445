"""Give each state its colour, the same in all charts of all scenarios, and all else its own by
theme.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2s

PALETTE = (
    *("#2d4b87", "#ffc300", "#4be187", "#3ca5ff", "#ff7800", "#e11e00", "#c3d25a", "#5a78ff"),
    *("#6900b4", "#f04b69", "#1e7887", "#2d693c", "#d2874b", "#96000f", "#f0b4ff", "#f069c3"),
    *("#783c5a", "#d29696", "#c300b4", "#b4d2d2"),
)
"""Any two are 30 apart in CIELAB, and 16 as seen with deuteranopia and with protanopia."""

KNOWN = {
    **{"RUS": 0, "UKR": 1, "BLR": 2, "KAZ": 3, "ARM": 4, "KGZ": 5, "TJK": 6, "EUU": 7},
    **{"USA": 8, "CHN": 9, "IND": 10, "ZAF": 11, "TUR": 12},
}
"""States of the shipped scenarios, by their places in the palette."""

LIGHT: Mapping[str, str] = {
    **{"$ink": "#1b1f24", "$faint": "#57606a", "$grid": "#e4e8ec", "$paper": "#ffffff"},
    **{"$line": "#0b4f8a", "$half": "#8fb8db", "$band": "#cfe0f0", "$event": "#b03a2e"},
    **{"$gain": "#0b4f8a", "$loss": "#c2410c", "$even": "#6b7280", "$muted": "#b6bec6"},
    **{"$home": "#0b4f8a", "$ally": "#3ca5a5", "$outside": "#e0a100", "$leakage": "#9050f0"},
    **{"$old": "#b5562b", "$dropped": "#cfd5db", "$unmet": "#2b2f36"},
}
DARK: Mapping[str, str] = {
    **{"$ink": "#e8ecf0", "$faint": "#a3adb8", "$grid": "#343b44", "$paper": "#14181d"},
    **{"$line": "#7fb8ee", "$half": "#3d6f9e", "$band": "#24425f", "$event": "#ff8a7a"},
    **{"$gain": "#7fb8ee", "$loss": "#ff9d5c", "$even": "#a3adb8", "$muted": "#59626c"},
    **{"$home": "#5b9bd8", "$ally": "#3fbcbc", "$outside": "#e6b93e", "$leakage": "#9f6bff"},
    **{"$old": "#c4633a", "$dropped": "#4a525c", "$unmet": "#f2f4f6"},
}
"""What a mark is called in a specification -> its colour. A theme is chosen when a chart
is drawn.
"""


def colours(states: Iterable[str]) -> dict[str, str]:
    """Give each of the states of a result its colour of the palette.

    A known state has its own place, any other the place that its name hashes to. Where that one is
    taken by another state of the result, it takes the next free one; only beyond the palette's
    length do states share colours. So a state changes its colour between results only where two
    unknown names fall on one place.
    """
    found: dict[str, int] = {}
    taken: set[int] = set()
    for state in sorted(set(states), key=lambda name: (name not in KNOWN, name)):
        place = KNOWN.get(state, _hashed(state))
        free = [(place + step) % len(PALETTE) for step in range(len(PALETTE))]
        found[state] = next((each for each in free if each not in taken), place)
        taken.add(found[state])
    return {state: PALETTE[place] for state, place in found.items()}


def themed(spec: object, theme: Mapping[str, str]) -> object:
    """Replace the names of colours in a specification by those of a theme."""
    if isinstance(spec, dict):
        return {key: themed(value, theme) for key, value in spec.items()}
    if isinstance(spec, list):
        return [themed(value, theme) for value in spec]
    return theme.get(spec, spec) if isinstance(spec, str) else spec


def _hashed(name: str) -> int:
    return int.from_bytes(blake2s(name.encode(), digest_size=8).digest(), "big") % len(PALETTE)
