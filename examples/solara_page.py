"""Look at a model month by month on a page of Mesa's: play, pause, step, and change three numbers.

pip install 'mesa[viz]' 'ipyvuetify<2'; solara run examples/solara_page.py
"""

from __future__ import annotations

from typing import Any

from mesa.visualization import SolaraViz, make_plot_component

from sim import SupplyModel

PARAMETERS: dict[str, Any] = {
    "scenario": "examples/first",
    "members": {"type": "SliderInt", "value": 20, "label": "members", "min": 1, "max": 50},
    "events.leak.share": {
        "type": "SliderFloat",
        "value": 0.3,
        "label": "share that leaks",
        "min": 0.0,
        "max": 1.0,
        "step": 0.05,
    },
    "programmes.build.budget.2015-03": {
        "type": "SliderInt",
        "value": 500,
        "label": "budget at home",
        "min": 0,
        "max": 1000,
        "step": 50,
    },
}


def started() -> dict[str, Any]:
    """Return the keywords of the model that the page begins with."""
    return {
        key: each["value"] if isinstance(each, dict) else each for key, each in PARAMETERS.items()
    }


page = SolaraViz(
    SupplyModel(**started()),
    components=[make_plot_component("fill_rate"), make_plot_component("needs_short")],
    model_params=PARAMETERS,
    name="An old supplier stops delivering",
)
