"""Test what the page of a result says, that nothing written in a scenario becomes part of it, and
its size.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from itertools import product as pairs
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.assess.held import beside_intervals
from sim.report.charts.fates import FATES
from sim.report.charts.names import Names
from sim.report.charts.tables import Tables
from sim.report.charts.wording import number, percent
from sim.report.page import page, write_page
from sim.report.page.asides import title
from sim.report.page.library import cache, library
from sim.report.page.sentences import NO_HIT, sentences
from sim.report.page.views import columns
from tests.charted import begins, flows, recorded, series, tables

NASTY = "<script>alert(1)</script>\"'&</style>{{ 7 * 7 }} Завод № 1 工場"


def text_of(html: str) -> str:
    """Give what a reader sees: the words of the body without scripts."""
    body = html[html.index("<body>") :]
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<script.*?</script>", "", body)))


def data_of(html: str) -> Any:
    found = re.search(r'(?s)<script id="data" type="application/json">(.*?)</script>', html)
    assert found
    return json.loads(found[1])


def summary(rare: int = 20, **metrics: tuple[float, float, float]) -> pd.DataFrame:
    """Give `summary` of one need and 20 members: metric -> (p05, p50, p95); times of recovery apply
    to `rare` of them.
    """
    rows = [
        ("AAA", "engines", name, values[1], *values, values[1], rare if name[0] == "T" else 20)
        for name, values in metrics.items()
    ]
    return pd.DataFrame(
        rows, columns=["state", "product", "metric", "mean", "p05", "p50", "p95", "central", "n"]
    )


def test_three_sentences_say_what_is_short_when_it_is_regained_by_whom_and_at_what_cost() -> None:
    ends = [
        ("AAA", "engines", "end", fate, float(fate == "home"), "2015-01", "AAA") for fate in FATES
    ]
    given = tables(
        summary=summary(
            fill_rate_after=(0.2, 0.4, 0.6), T90=(12, 30, np.inf), T90_censored=(0, 0, 1)
        ),
        fates=pd.DataFrame(
            ends, columns=["state", "product", "year", "fate", "probability", "month_p50", "by"]
        ),
        money={
            "year": [2014, 2014],
            "state": 2 * ["AAA"],
            "item": ["extra", "capital"],
            "mean": [-3.0, 9.0],
        },
    )
    assert sentences(given) == [
        "The only need falls short, Buyerland: Engines: 40 % of what is needed since the "
        "supply was first restricted is met in its month (median; 20 % to 60 % in 9 of 10 "
        f"members; {beside_intervals()} of the shipped cases).",
        "The one need that loses supply most likely regains nine tenths of the loss within the "
        "run, after 30 months (12 to never); in 0 % of the members it does not.",
        "The one need hit is made at home at the end in 100 % of the members. Buyerland invests 9 "
        "and pays 3 less than at the start for the goods hit (million, mean of the members over "
        "the run).",
    ]


def test_what_falls_short_in_few_members_is_not_said_of_all() -> None:
    told = sentences(tables(summary=summary(fill_rate_after=(0.9, 1, 1))))[0]
    assert told.startswith("The only need falls short in few members, Buyerland: Engines: 100 %")


def test_a_title_that_several_share_gives_way_to_their_names() -> None:
    one, other = ({"title": title} for title in ("Calm", "Storm"))
    assert title(tables(manifest={"scenario": {"a": one, "b": other}})) == "Calm against Storm"
    assert title(tables(manifest={"scenario": {"a": one, "b": one}})) == "a against b"


def test_of_one_member_no_spread_is_told() -> None:
    rows = summary(fill_rate_after=(0.4, 0.4, 0.4), T90=(30, 30, 30)).assign(n=1)
    assert sentences(tables(summary=rows)) == [
        "The only need falls short, Buyerland: Engines: 40 % of what is needed since the supply "
        "was first restricted is met in its month (in the one member that was run).",
        "The one need that loses supply most likely regains nine tenths of the loss within the "
        "run, after 30 months.",
    ]
    worse = rows.assign(product="turbines", p50=[0.1, np.inf])
    both = sentences(tables(summary=pd.concat([rows, worse])))
    assert both[1] == (
        "Of the 2 needs that lose supply, 1 most likely regains nine tenths of the loss within the "
        "run; the worst one does not."
    )


@pytest.mark.parametrize(
    ("rare", "told"),
    [
        (9, "Most likely none of them loses supply against what it had before."),
        (
            10,
            "The one need that loses supply most likely does not regain nine tenths of the loss "
            "within the run; in 50 % of the members it does not.",
        ),
    ],
)
def test_a_loss_of_few_members_is_not_told_of_most(rare: int, told: str) -> None:
    """Of 20 members: shares are of all of them, and the middle one loses nothing where few do."""
    given = summary(
        rare,
        fill_rate_after=(0.9, 1, 1),
        T90=(np.inf, np.inf, np.inf),
        T90_censored=(1, 1, 1),
    )
    assert sentences(tables(summary=given))[1] == told


def test_without_a_restriction_sentences_speak_of_none() -> None:
    given = sentences(
        tables(
            summary=summary(fill_rate_after=(0.2, 0.4, 0.6)),
            fates=pd.DataFrame(columns=["state", "product", "year", "fate", "probability"]),
        )
    )
    assert "Engines: 40 % of what is needed is met in its month" in given[0]
    assert given[1:] == [NO_HIT]


def test_nothing_short_is_one_sentence() -> None:
    given = tables(summary=summary(fill_rate_after=(1, 1, 1)))
    assert sentences(given) == ["The only need is met in full in at least 19 members of 20."]


def test_sections_whose_table_is_not_there_are_left_out() -> None:
    few = page(tables(series=series({("AAA", "engines"): [1.0, 0.2]})))
    assert re.findall(r'<section id="(\w+)"', few) == ["fill_rate"]
    whole = page(recorded())
    assert re.findall(r'<section id="(\w+)"', whole)[:2] == ["fill_rate", "suppliers"]


def test_only_these_scripts_and_this_style_are_allowed() -> None:
    html = page(recorded())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    said = unescape(policy[1])
    assert said.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in said
    texts = re.findall(r'(?s)<script type="module">(.*?)</script>', html)
    texts += re.findall(r"(?s)<style>(.*?)</style>", html)
    assert len(texts) == 3
    for text in texts:
        assert f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" in said
    markup = re.sub(r"(?s)<script.*?</script>", "", html)
    assert not re.findall(r' (?:src|href)="(?!#)', markup)
    assert " style=" not in markup
    assert " onclick" not in markup


def test_names_are_text_wherever_they_stand() -> None:
    names = Names(
        states={"AAA": NASTY}, products={"engines": NASTY}, units={"engines": NASTY}, currency=NASTY
    )
    rows = flows([(2014, "BBB", "AAA", "engines", 5.0), (2015, "AAA", "AAA", "engines", 5.0)])
    html = page(
        tables(
            names,
            {"scenario": {"title": NASTY, "sha256": "0"}, "command": NASTY, "members": 3},
            series=series({("AAA", "engines"): [1.0, 0.2]}),
            flows=rows,
            events=begins(("2014-02", NASTY)),
            summary=summary(fill_rate_after=(0.2, 0.4, 0.6)),
        )
    )
    assert "<script>alert" not in html
    assert html.count("<script") == html.count("</script>") == 3
    assert "49 Завод" not in html
    assert text_of(html).count(NASTY) >= 6
    assert data_of(html)["charts"]["suppliers"]["panels"][0]["rows"]["rows"]["who"]["of"] == [
        "BBB",
        NASTY,
    ]


def test_one_state_and_one_product_without_events() -> None:
    html = page(tables(series=series({("AAA", "engines"): [1.0, 0.2, 0.4]})))
    assert "Events by number" not in html
    assert "1 need that is short in some month (1 need in all)" in text_of(html)


def test_the_tables_say_what_the_csv_says(tmp_path: Path) -> None:
    given = tables(summary=summary(fill_rate_after=(0.204, 0.4, 0.6), unmet=(1234.4, 2345.5, 4e6)))
    path = write_page(given, tmp_path)
    assert path.name == "report.html"
    text = path.read_text(encoding="utf-8")
    assert "<td>Buyerland</td>" in text.replace(' data-value="Buyerland"', "")
    assert "40\u00a0% (20\u00a0% to 60\u00a0%)" in text
    assert "months to 90\u00a0%" in text
    assert "2,346 (1,234 to 4,000,000)" in text


def test_the_origin_tells_how_to_repeat_it() -> None:
    manifest = {"scenario": {"title": "T", "sha256": "abc"}, "command": "sim run x.yaml", "seed": 7}
    manifest |= {
        "sim": "9.9",
        "members": 3,
        "packages": {"numpy": "2.0"},
        "warnings": [("Orders swing.")],
    }
    sources = {
        "confidence": ["assumed", "documented"],
        "source": ["", "tass"],
        "low": [np.nan, 1.0],
    }
    seen = text_of(page(tables(manifest=manifest, summary=summary(), sources=sources)))
    for said in ("sim run x.yaml", "abc", "numpy 2.0", "9.9", "Warning: Orders swing."):
        assert said in seen
    assert "1 of 2 numbers are assumed, 1 are documented" in seen


def test_changes_against_the_parent() -> None:
    changes = {"path": ["events.leak.share"], "parent": ["0.3"], "here": ["0.5"]}
    seen = text_of(page(tables(Names(events={"leak": "Leakage"}), changes=changes)))
    assert re.search(r"Leakage: share\s+events.leak.share\s+0.3\s+0.5", seen)


def test_numbers_are_short_and_texts_stand_once() -> None:
    frame = pd.DataFrame({"v": [0.123456, 2017.9166, 3.0, np.nan], "s": ["a", "b", "a", "a"]})
    assert columns(frame) == {
        "v": [0.1234, 2017.91, 3, None],
        "s": {"of": ["a", "b"], "at": [0, 1, 0, 0]},
    }


def test_short_numbers_are_told_as_whole_ones() -> None:
    """0.61499 is 61 %, though its four digits, 0.6150, would be 62 %: the words under the cursor
    are those of the table."""

    def short(value: float) -> float:
        found: list[float] = columns(pd.DataFrame({"v": [value]}))["v"]
        return found[0]

    for value in (0.61499, 0.285, 123.46, 12.546, 1234.4996, -0.0538479):
        assert number(short(value)) == number(value)
    for share in (0.61499, 0.285, 0.99949, 0.99951):
        assert percent(short(share)) == percent(share)
    assert short(0.1 + 0.2) == 0.3


def test_the_library_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = library()
    (kept,) = cache().iterdir()
    assert "</script" not in made
    assert len(made) < 900_000
    monkeypatch.setattr("vl_convert.javascript_bundle", lambda snippet: "new")
    assert library() == made
    kept.write_text("broken", encoding="utf-8")
    assert library() == "new"


def large(states: int, products: int, months: int) -> Tables:
    """Give a result in which every need is short and changes its supplier."""
    needs = list(
        pairs(
            (f"S{place:02d}" for place in range(states)),
            (f"p{each:02d}" for each in range(products)),
        )
    )
    draw = np.random.default_rng(1)
    fill = {need: draw.uniform(0.2, 0.9, months).round(6).tolist() for need in needs}
    trade = [
        (2012 + month // 12, f"S{(place + step) % states:02d}", state, product, 10.0 + month)
        for place, (state, product) in enumerate(needs)
        for month in range(0, months, 12)
        for step in (month // 12, month // 12 + 1)
    ]
    worst = [(*need, "fill_rate_after", 0.5, 0.4, 0.5, 0.6, 0.5, 9) for need in needs]
    head = ["state", "product", "metric", "mean", "p05", "p50", "p95", "central", "n"]
    return tables(
        series=series(fill, 2012, 0.1),
        flows=flows(trade),
        summary=pd.DataFrame(worst, columns=head),
    )


@pytest.mark.parametrize(("states", "products", "most"), [(12, 20, 2_500_000), (40, 60, 3_000_000)])
def test_pages_of_many_states_and_products(states: int, products: int, most: int) -> None:
    html = page(large(states, products, 156 if states == 12 else 36))
    assert len(html.encode()) <= most
    data = data_of(html)["charts"]
    assert len(data["fill_rate"]["panels"]) == 100
    assert f"100 of {states * products:,} needs that are short" in html
    assert len(re.findall(r"<tr><td[^>]*>S", html)) >= states * products  # all of them in the table
