"""Test the explorer in a browser: what each control draws, what is said and asked of the network.

Without playwright and Chromium there is nothing to test with, and the tests say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import sim
from sim.report.charts.gallery import chart
from sim.report.charts.tables import of_result
from tests.explored import SMALL, written
from tests.test_explore_guard import served
from tests.test_page import NASTY
from tests.test_page_browser import CHROMIUM, DESK, FLAGS, PHONE, sync_api

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TESTS: no Chromium"),
    pytest.mark.untraced,
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("browsed"))


@pytest.fixture(scope="module")
def place(small: Path) -> Iterator[str]:
    with served(small) as port:
        yield f"http://127.0.0.1:{port}/"


class Seen:
    """Open the explorer and keep what it says on the console and asks of the network."""

    def __init__(self, browser: Any, place: str, query: str = "", **how: Any) -> None:
        self.place = place
        self.context = browser.new_context(viewport=how.pop("viewport", DESK), **how)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(f"{place}?{query}")
        self.wait()

    def wait(self, answer: str = "64") -> None:
        self.page.locator(f"html[data-answer='{answer}']").wait_for(state="attached")

    def check(self) -> None:
        assert self.said == []
        assert {url for url in self.asked if not url.startswith(self.place)} == set()

    def drawn(self) -> str:
        """Give all that the answer shows: lines, areas and bars of the drawings, and all words."""
        paths = "[...document.querySelectorAll('#answer .drawing path')]"
        found: str = self.page.evaluate(f"{paths}.map((p) => p.getAttribute('d')).join(' ')")
        return "\n".join([found, self.words("#answer"), self.words("#sentences")])

    def words(self, selector: str) -> str:
        found: str = self.page.locator(selector).inner_text()
        return found

    def control(self, name: str) -> Any:
        return self.page.locator(f'.control[data-id="{name}"]')

    def opened(self) -> None:
        self.page.evaluate(
            "document.querySelectorAll('aside details').forEach((d) => (d.open = true))"
        )


@pytest.mark.parametrize("viewport", [DESK, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_draws_says_nothing_and_asks_nobody_else(
    browser: Any, place: str, viewport: dict[str, int], scheme: str
) -> None:
    seen = Seen(browser, place, viewport=viewport, color_scheme=scheme)
    assert seen.page.locator("#answer .drawing svg.marks").count() >= 2
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert seen.page.evaluate(wide) == 0
    seen.opened()
    assert seen.page.evaluate(wide) == 0
    assert seen.words("#status") == "64 members"
    seen.check()


def moved(control: Any) -> None:
    """Set a control to something else, as a person does."""
    kind = control.get_attribute("data-kind")
    if kind == "switch":
        control.locator("input").click()
    elif kind == "choice":
        known = [each.get_attribute("value") for each in control.locator("option").all()]
        now = control.get_attribute("data-value")
        control.locator("select").select_option(next(each for each in known if each != now))
    elif kind == "states":
        control.locator("input[value=CCC]").click()
    else:
        control.locator("input[type=range]").press("PageDown")


def test_every_control_changes_what_is_drawn(browser: Any, place: str) -> None:
    """One after the other, each undone by its button; the drawing is then the first one again.

    A rule may be one by which nobody decides here; it stands in the command all the same.
    """
    seen = Seen(browser, place)
    seen.opened()
    before, idle = seen.drawn(), []
    names = [each.get_attribute("data-id") for each in seen.page.locator(".control").all()]
    for name in names:
        moved(seen.control(name))
        seen.wait()
        assert seen.page.locator("#changes li").count() == 1
        assert name in seen.words("#command") or name in seen.page.url
        if seen.drawn() == before:
            idle.append(name)
        seen.page.locator("#changes button").click()
        seen.wait()
        assert seen.page.locator("#changes li").count() == 0
    assert seen.drawn() == before
    assert [each for each in idle if not each.startswith("rules.")] == []
    seen.check()


def test_what_is_drawn_and_said_is_the_run(browser: Any, place: str, small: Path) -> None:
    seen = Seen(browser, place, "events.ban.share=0.4")
    table = of_result(sim.run(sim.load(small, ["events.ban.share=0.4"], members=64)))
    found = chart(table, "fill_rate")
    assert found
    assert seen.words("#h-fill_rate") == found.title
    titles = seen.page.locator("#answer h3").all_inner_texts()
    assert titles == [panel.title for panel in found.panels]
    end = found.panels[0].rows["end"]["said"].iloc[0]
    assert end in seen.page.locator("#answer .drawing").first.inner_text()
    said = seen.page.locator("#answer .readout").first
    assert said.inner_text().startswith(f"2015-12: {end} met in the median member")
    seen.page.locator("#answer .scrub input").fill(str(12 * 2014 + 5))
    assert said.inner_text().startswith("2014-06: ")


def test_a_slider_that_moves_draws_anew_in_place(browser: Any, place: str) -> None:
    """The slider, what it says and the text beside agree; the drawing's element stays."""
    seen = Seen(browser, place)
    seen.page.evaluate("document.querySelector('#answer .drawing').dataset.mine = 'yes'")
    ban = seen.control("events.ban.share")
    ban.locator("input[type=range]").fill("0.25")
    seen.wait()
    assert ban.locator(".exact").input_value() == "0.25"
    assert ban.locator("input[type=range]").get_attribute("aria-valuetext") == "0.25"
    assert seen.page.locator("#answer .drawing[data-mine=yes]").count() == 1
    ban.locator(".exact").fill("0.333")
    ban.locator(".exact").press("Enter")
    seen.wait()
    assert "events.ban.share=0.333" in seen.page.url
    assert "--set events.ban.share=0.333" in seen.words("#command")
    seen.check()


def test_undo_reload_and_the_shared_address(browser: Any, place: str) -> None:
    seen = Seen(browser, place)
    first = seen.drawn()
    assert seen.page.locator("#undo").is_disabled()
    seen.control("events.ban").locator("input").click()
    seen.wait()
    second, address = seen.drawn(), seen.page.url
    seen.page.locator("#chart").select_option("suppliers")
    seen.wait()
    seen.page.locator("#undo").click()
    seen.wait()
    assert (seen.drawn(), seen.page.url) == (second, address)
    seen.page.reload()
    seen.wait()
    assert seen.drawn() == second
    other = Seen(browser, place, address.partition("?")[2])  # a second tab
    assert other.drawn() == second
    seen.page.locator("#undo").click()
    seen.wait()
    assert seen.drawn() == first
    assert seen.page.locator("#undo").is_disabled()
    assert other.drawn() == second
    seen.check()


def test_settings_stand_beside_one_another(browser: Any, place: str) -> None:
    seen = Seen(browser, place, "events.ban.share=0.4")
    seen.page.locator("#hold").click()
    seen.wait()
    assert "No need differs" in seen.words("#answer")
    seen.control("events.ban.share").locator("input[type=range]").fill("0.95")
    seen.wait()
    titles = seen.page.locator("#answer .panel h3").all_inner_texts()
    assert titles[0].endswith("(kept)")
    assert titles[1].endswith("(now)")
    assert seen.page.locator("#difference .drawing svg.marks").count() == 1
    seen.page.locator("#drop").click()
    seen.wait()
    assert seen.page.locator("#difference").count() == 0
    seen.check()


def test_a_wrong_value_is_told_and_the_last_picture_stays(browser: Any, place: str) -> None:
    seen = Seen(browser, place)
    before = seen.drawn()
    exact = seen.control("events.ban.share").locator(".exact")
    exact.fill("<b>much</b>")
    exact.press("Enter")
    seen.wait("fault")
    assert "'<b>much</b>' is not a number" in seen.words("#faults")
    assert seen.drawn() == before
    seen.page.locator("#changes button").click()
    seen.wait()
    assert not seen.page.locator("#faults").is_visible()
    seen.page.locator("#free-text").fill("events.ban.share=7")
    seen.page.locator("#free button").click()
    seen.wait("fault")
    assert "7 is above 1" in seen.words("#faults")
    # the browser itself notes that an answer was refused
    assert all("422" in text for text in seen.said)


def test_a_scenario_edited_on_disk_is_told(browser: Any, tmp_path: Path) -> None:
    path = written(tmp_path)
    with served(path) as port:
        seen = Seen(browser, f"http://127.0.0.1:{port}/")
        written(tmp_path, SMALL.replace("A seller stops selling", "Another title"))
        seen.control("events.ban").locator("input").click()
        seen.wait()
        seen.page.locator("#reload").click()
        seen.wait()
        assert seen.words("h1") == "Another title"
        assert "events.ban=off" in seen.page.url
        seen.check()


def test_controls_are_found_by_words(browser: Any, place: str) -> None:
    seen = Seen(browser, place)
    seen.page.locator("#find").fill("surge factor")
    shown = [each for each in seen.page.locator(".control").all() if each.is_visible()]
    assert [each.get_attribute("data-id") for each in shown] == ["events.surge.factor"]


def test_names_are_never_markup(browser: Any, tmp_path: Path) -> None:
    data = yaml.safe_load(SMALL.replace("2014-02:", "'2014-02':").replace("2014-06:", "'2014-06':"))
    data["title"] = data["states"]["AAA"]["title"] = data["events"]["ban"]["title"] = NASTY
    with served(written(tmp_path, yaml.safe_dump(data, allow_unicode=True))) as port:
        seen = Seen(browser, f"http://127.0.0.1:{port}/", "kept=&events.ban.share=0.5")
        assert seen.words("h1") == NASTY
        assert NASTY in seen.words("#changes")
        assert seen.page.locator("main script, aside script").count() == 0
        seen.check()


def test_axe_finds_nothing_serious(browser: Any, place: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="NO AXE")
    for scheme in ("light", "dark"):
        query = "kept=&events.ban.share=0.95&events.surge=off"
        seen = Seen(browser, place, query, color_scheme=scheme)
        seen.opened()
        found = axe.Axe().run(seen.page).response["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        assert serious == [], [(each["id"], each["nodes"][0]["html"]) for each in serious]
