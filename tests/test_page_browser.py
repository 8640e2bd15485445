"""Test the page in a browser: what is drawn, said and asked of the network.

Without playwright and Chromium there is nothing to test with, and the tests say so.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.report.charts.names import Names
from sim.report.charts.tables import Tables, of_folder
from sim.report.charts.time import ordinal
from sim.report.charts.wording import number, percent
from sim.report.page import write_page
from sim.report.result import Result
from tests.charted import begins, flows, series, tables
from tests.recorded import records, scenario
from tests.test_charts_of_runs import fate_rows
from tests.test_page import NASTY, summary

sync_api = pytest.importorskip("playwright.sync_api", reason="NO BROWSER TESTS: no playwright")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TESTS: no Chromium"),
    pytest.mark.untraced,
]
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


class Seen:
    """Open a page and keep what it says on the console and asks of the network."""

    def __init__(self, browser: Any, path: Path, **how: Any) -> None:
        self.context = browser.new_context(viewport=how.pop("viewport", DESK), **how)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())
        self.page.locator("html[data-drawn=yes]").wait_for(state="attached")

    def check(self, path: Path) -> None:
        assert self.said == []
        assert self.asked == [path.as_uri()]

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.page.locator(selector).all_inner_texts()
        return found


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Result(scenario(), records(range(5))).save(
        tmp_path_factory.mktemp("page") / "r", figures=False
    )
    return write_page(of_folder(folder), folder)


@pytest.mark.parametrize("viewport", [DESK, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_draws_says_nothing_and_asks_for_nothing(
    browser: Any, saved: Path, viewport: dict[str, int], scheme: str
) -> None:
    seen = Seen(browser, saved, viewport=viewport, color_scheme=scheme)
    panels = seen.page.locator(".panel").count()
    assert seen.page.locator(".drawing > svg, .drawing svg.marks").count() == panels >= 5
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert seen.page.evaluate(wide) == 0
    paper = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 29)"}[scheme]
    line = seen.page.locator("#fill_rate .drawing path[stroke]").first
    assert line.get_attribute("stroke").startswith("var(--")
    seen.check(saved)


def test_the_words_under_the_cursor_are_the_tables(browser: Any, saved: Path) -> None:
    seen, rows = Seen(browser, saved), of_folder(saved.parent)["series"]
    slider = seen.page.locator("#fill_rate input[type=range]")
    for month in ("2013-03", "2014-06", "2015-12"):
        slider.fill(str(ordinal(month)))
        assert seen.texts("#fill_rate .at") == [month]
        assert slider.get_attribute("aria-valuetext") == month
        words = seen.texts("#fill_rate .readout")
        for place, product in enumerate(("engines", "turbines")):
            mine = rows[
                (rows["metric"] == "fill_rate")
                & (rows["month"] == month)
                & (rows["state"] == "AAA")
            ]
            row = mine[mine["product"] == product].iloc[0]
            p50, p05, p95 = (percent(row[level]) for level in ("p50", "p05", "p95"))
            assert words[place] == (
                f"{month}: {p50} met in the median member, {p05} to {p95} in 9 of 10"
            )
    seen.check(saved)


def test_keys_and_the_pointer_move_the_cursor(browser: Any, saved: Path) -> None:
    seen = Seen(browser, saved)
    slider = seen.page.locator("#suppliers input[type=range]")
    slider.focus()
    slider.press("ArrowLeft")
    assert seen.texts("#suppliers .at") == ["2014"]
    cursor = seen.page.locator("#suppliers .cursor").first
    before = cursor.bounding_box()["x"]
    slider.press("Home")
    assert seen.texts("#suppliers .at") == ["2012"]
    assert cursor.bounding_box()["x"] < before
    plot = seen.page.locator("#suppliers .plot").first
    box = plot.bounding_box()
    plot.hover(position={"x": box["width"] * 0.9 - 40, "y": box["height"] / 2})
    assert seen.texts("#suppliers .at") == ["2015"]
    seen.check(saved)


def test_the_year_slider_says_who_supplies(browser: Any, saved: Path) -> None:
    seen = Seen(browser, saved)
    slider = seen.page.locator("#suppliers input[type=range]")
    slider.fill("2012")
    first = seen.texts("#suppliers .readout")[0]
    slider.fill("2014")
    assert seen.texts("#suppliers .readout")[0] == "Buyerland 30 (30 to 30)"
    assert first == "Sellerland 96 (96 to 96); Buyerland 24 (24 to 24)"


def test_numbers_are_written_alike_in_python_and_on_the_page(browser: Any, tmp_path: Path) -> None:
    """Deliveries of all sizes, whose words the page makes itself."""
    sizes = [0.0004, 0.0123, 0.5, 3.14159, 99.4, 99.96, 1234.5, 2_345_678.4]
    rows = [(2010 + place, "BBB", "AAA", "engines", size) for place, size in enumerate(sizes)]
    rows.insert(0, (2009, "AAA", "AAA", "engines", 1.0))
    path = write_page(tables(flows=flows(rows)), tmp_path)
    seen = Seen(browser, path)
    for place, size in enumerate(sizes):
        seen.page.locator("#suppliers input[type=range]").fill(str(2010 + place))
        said = seen.texts("#suppliers .readout")[0]
        middle, low, high = (
            number(float(f"{each:.4g}") if each < 1000 else each)
            for each in (size, 0.9 * size, 1.1 * size)
        )
        assert said == f"Sellerland {middle} ({low} to {high})"


def test_a_heading_sorts_the_table(browser: Any, tmp_path: Path) -> None:
    one = summary(fill_rate_after=(0.1, 0.2, 0.3), T90=(5, float("inf"), float("inf")))
    two = summary(fill_rate_after=(0.8, 0.9, 1.0), T90=(5, 7, 9)).assign(product="turbines")
    path = write_page(tables(summary=pd.concat([one, two])), tmp_path)
    seen = Seen(browser, path)
    first = "#needs tbody tr:first-child td:nth-child(2)"
    assert seen.texts(first) == ["Engines"]
    head = seen.page.locator("#needs th", has_text="met since")
    head.locator("button").press("Enter")
    assert (seen.texts(first), head.get_attribute("aria-sort")) == (["Turbines"], "descending")
    seen.page.locator("#needs th", has_text="months to 90").locator("button").click()
    assert seen.texts(first) == ["Engines"]
    assert head.get_attribute("aria-sort") is None
    seen.check(path)


def nasty() -> Tables:
    """Give tables in which all names try to be markup, and one event, one input of another
    script.
    """
    names = Names(
        states={"AAA": NASTY}, products={"engines": NASTY}, units={"engines": NASTY}, currency=NASTY
    )
    rows = flows([(2014, "BBB", "AAA", "engines", 5.0), (2015, "AAA", "AAA", "engines", 5.0)])
    return tables(
        names,
        {"scenario": {"title": NASTY, "sha256": "0"}, "command": NASTY},
        series=series({("AAA", "engines"): [1.0, 0.2]}),
        flows=rows,
        fates=fate_rows(),
        events=begins(("2014-02", NASTY)),
        summary=summary(fill_rate_after=(0.2, 0.4, 0.6)),
    )


def test_names_are_never_markup(browser: Any, tmp_path: Path) -> None:
    path = write_page(nasty(), tmp_path)
    seen = Seen(browser, path)
    seen.page.on("dialog", lambda dialog: seen.said.append(dialog.message))
    assert seen.texts("h1") == [NASTY]
    assert NASTY in seen.texts("#suppliers .readout")[0]
    assert seen.page.locator("main script, svg script").count() == 0
    seen.check(path)


def test_nothing_overlaps_in_the_margin_of_events(browser: Any, tmp_path: Path) -> None:
    """Ten events in ten months, on a phone: their numbers stand beside one another."""
    given = tables(
        series=series({("AAA", "engines"): [1.0] + 47 * [0.4]}),
        events=begins(*((f"2014-{month:02d}", f"e{month}") for month in range(2, 12))),
    )
    seen = Seen(browser, write_page(given, tmp_path), viewport=PHONE)
    boxes = [
        text.bounding_box()
        for text in seen.page.locator("#fill_rate svg text").all()
        if re.fullmatch(r"\d{1,2}", text.text_content())
    ]
    edges = sorted((box["x"], box["x"] + box["width"]) for box in boxes)
    assert len(edges) == 10
    assert all(one[1] <= other[0] for one, other in pairwise(edges))


@pytest.mark.parametrize("which", ["run", "nasty"])
def test_axe_finds_nothing_serious(browser: Any, saved: Path, tmp_path: Path, which: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="NO AXE")
    path = saved if which == "run" else write_page(nasty(), tmp_path)
    for scheme in ("light", "dark"):
        seen = Seen(browser, path, color_scheme=scheme)
        for summary_of in seen.page.locator("summary").all():
            summary_of.click()
        found = axe.Axe().run(seen.page).response["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        assert serious == [], [(each["id"], each["nodes"][0]["html"]) for each in serious]


def test_paper_gets_light_colours_and_open_tables(browser: Any, saved: Path) -> None:
    seen = Seen(browser, saved, color_scheme="dark")
    seen.page.emulate_media(media="print")
    paper = seen.page.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--paper')"
    )
    assert paper.strip() == "#ffffff"
    assert seen.page.pdf().startswith(b"%PDF")
