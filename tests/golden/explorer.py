"""Take the picture of the guide's page about the explorer anew: `python -m tests.golden.explorer`.

It needs playwright and Chromium; two settings are shown side by side.
"""

from __future__ import annotations

from pathlib import Path

from tests.test_explore_guard import served
from tests.test_page_browser import CHROMIUM, FLAGS, sync_api

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "images" / "explorer.png"
QUERY = "events.helicopter_engines_leak=off&kept=&states=RUS&products=helicopter_engines"
SIZE = {"width": 1100, "height": 760}


def main() -> None:
    """Open the explorer of the baseline and write what it shows."""
    with (
        served(Path("baseline")) as port,
        sync_api.sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(viewport=SIZE, color_scheme="light").new_page()
        page.goto(f"http://127.0.0.1:{port}/?{QUERY}")
        page.locator("html[data-answer='64']").wait_for(state="attached", timeout=120_000)
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
