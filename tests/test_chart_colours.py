"""Test that states keep their colours, and that these can be told apart, by colour-blind readers
too.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.report.charts.colours import DARK, KNOWN, LIGHT, PALETTE, colours, themed

Floats = NDArray[np.float64]

NORMAL = np.eye(3)
DEUTAN = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
)
PROTAN = np.array(
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]
)
"""Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB."""
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.072175],
        [0.0193339, 0.119192, 0.9503041],
    ]
)


def linear(colour: str) -> Floats:
    channels = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(colour: str, seen: Floats) -> Floats:
    """Give a colour as seen, in CIELAB with white D65."""
    xyz = TO_XYZ @ np.clip(seen @ linear(colour), 0, 1) / np.array([0.95047, 1.0, 1.08883])
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def luminance(colour: str) -> float:
    return float(TO_XYZ[1] @ linear(colour))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("seen", "least"), [(NORMAL, 30), (DEUTAN, 16), (PROTAN, 16)])
def test_any_two_colours_of_states_are_far_apart(seen: Floats, least: float) -> None:
    gaps = {
        pair: float(np.linalg.norm(lab(pair[0], seen) - lab(pair[1], seen)))
        for pair in combinations(PALETTE, 2)
    }
    assert min(gaps.values()) >= least, min(gaps, key=lambda pair: gaps[pair])


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_fates_are_far_apart_in_both_themes(theme: dict[str, str]) -> None:
    names = ("$home", "$ally", "$outside", "$leakage", "$old", "$dropped", "$unmet")
    for seen in (DEUTAN, PROTAN):
        gaps = {
            pair: float(np.linalg.norm(lab(theme[pair[0]], seen) - lab(theme[pair[1]], seen)))
            for pair in combinations(names, 2)
        }
        assert min(gaps.values()) >= 10, min(gaps, key=lambda pair: gaps[pair])


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_text_stands_out_from_the_paper(theme: dict[str, str]) -> None:
    assert all(
        contrast(theme[name], theme["$paper"]) >= 4.5
        for name in ("$ink", "$faint", "$line", "$event")
    )
    assert all(contrast(colour, theme["$paper"]) >= 1.5 for colour in PALETTE)


def test_a_state_has_its_colour_whatever_stands_beside_it() -> None:
    alone = {state: colours([state])[state] for state in (*KNOWN, "AAA", "Ω", "Земля", "国")}
    together = colours(KNOWN)
    assert all(together[state] == alone[state] for state in KNOWN)
    assert colours(["KAZ", "CHN"])["KAZ"] == colours(["KAZ", "RUS", "AAA"])["KAZ"] == "#3ca5ff"


def test_twenty_states_have_twenty_colours_and_forty_still_have_one_each() -> None:
    assert len(set(colours(f"S{place}" for place in range(20)).values())) == 20
    many = colours(f"S{place}" for place in range(40))
    assert len(many) == 40
    assert set(many.values()) == set(PALETTE)


def test_the_order_of_states_does_not_matter() -> None:
    names = [f"S{place}" for place in range(15)]
    assert colours(names) == colours(reversed(names))


def test_themes_name_the_same_colours_and_replace_only_these() -> None:
    assert LIGHT.keys() == DARK.keys()
    spec = {"color": "$ink", "list": ["$line", "$100", 3], "title": "price in $"}
    assert themed(spec, LIGHT) == {
        "color": LIGHT["$ink"],
        "list": [LIGHT["$line"], "$100", 3],
        "title": "price in $",
    }
