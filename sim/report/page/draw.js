// Draw charts, move the cursor through them, sort tables: of the page and of the explorer. No library but Vega's.
const data = JSON.parse(document.getElementById("data").textContent);
const theme = data.theme;

function number(value) {
  if (value === null || Number.isNaN(value)) return "-";
  if (value !== 0 && Math.abs(value) < 0.001) return "near 0";
  if (Math.abs(value) >= 100) return Math.floor(value + 0.5).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

function percent(share) {
  if (share === null || Number.isNaN(share)) return "-";
  const rounded = Math.floor(100 * share + 0.5);
  if (rounded === 0 && share > 0.0005) return "under 1 %";
  return rounded === 100 && share < 0.9995 ? "over 99 %" : `${rounded} %`;
}

const month = (m) => `${String(Math.floor(m / 12)).padStart(4, "0")}-${String((m % 12) + 1).padStart(2, "0")}`;
const written = { "%": percent, n: number, month, text: String };

// Fill a text such as "{m:month}: {p50:%} met" from a row.
const filled = (text, row) => text.replace(/\{(\w+):([%\w]+)\}/g, (_, field, how) => written[how](row[field]));

function rowsOf(columns) {
  const names = Object.keys(columns);
  columns = Object.fromEntries(Object.entries(columns).map(([name, each]) => [name, each.of ? each.at.map((at) => each.of[at]) : each]));
  const count = names.length ? columns[names[0]].length : 0;
  return Array.from({ length: count }, (_, at) => Object.fromEntries(names.map((name) => [name, columns[name][at]])));
}

const themed = (part) => JSON.parse(JSON.stringify(part), (_, value) => (typeof value === "string" && value in theme ? theme[value] : value));

// What tells one way of drawing from another, once a chart: its specification, and the data sets that it draws.
function about(chart) {
  chart.key ??= JSON.stringify([chart.spec, chart.hasNames]);
  chart.sets ??= [...new Set([...chart.key.matchAll(/"data":\{"name":"(\w+)"/g)].map((found) => found[1]))];
  return chart;
}

function specOf(chart, datasets, width) {
  // a layer without data is left out: an axis cannot span nothing
  const spec = { ...chart.spec, layer: chart.spec.layer.filter((each) => !each.data || datasets[each.data.name].length > 0) };
  const probe = { ...themed({ ...spec, config: data.config }), datasets, background: "transparent" };
  const hasTitle = chart.spec.layer.some((each) => each.encoding?.x?.axis?.title);
  // panels with a common axis get the same room for it; names take what they need
  probe.autosize = chart.hasNames ? { type: "fit-x", contains: "padding" } : { type: "none" };
  probe.padding = chart.hasNames ? { left: 2, right: 8, top: 16, bottom: 2 } : { left: 48, right: 56, top: 18, bottom: hasTitle ? 36 : 20 };
  if (spec.height.step) probe.height = spec.height.step * datasets.rows.length;
  probe.width = chart.hasNames ? width : width - 104;
  return probe;
}

async function drawn(chart, panel, place, width) {
  const { key, sets, spec } = about(chart);
  const datasets = Object.fromEntries(sets.map((name) => [name, rowsOf(panel.rows[name])]));
  const sizes = sets.map((name) => (spec.height.step ? datasets[name].length : datasets[name].length > 0));
  // what is drawn already in the same way only takes the new rows
  const way = JSON.stringify([key, width, sizes]);
  if (place.key === way) {
    sets.filter((name) => datasets[name].length).forEach((name) => place.view.data(name, datasets[name]));
    await place.view.runAsync();
    withoutRoles(place);
    return;
  }
  place.view?.finalize();
  const options = { renderer: "svg", actions: false, ast: true, defaultStyle: false, tooltip: false, mode: "vega-lite" };
  const found = await window.vegaEmbed(place.querySelector(".drawing"), specOf(chart, datasets, width), options);
  place.view = found.view;
  place.key = way;
  withoutRoles(place);
}

// A drawing is one picture to a screen reader; its parts say nothing.
function withoutRoles(place) {
  place.querySelectorAll(".drawing [role]").forEach((each) => each.removeAttribute("role"));
}

// Rows of a panel at the cursor: of each series, the last row not after it.
function rowsAt(chart, panel, x) {
  const { rows, x: field, series } = chart.readout;
  const found = new Map();
  for (const row of rowsOf(panel.rows[rows])) {
    if (row[field] > x) continue;
    if (chart.readout.exact && row[field] !== x) continue;
    found.set(series ? row[series] : "", { ...row, [field]: x });
  }
  return [...found.values()];
}

function pointAt(section, chart, x) {
  section.querySelectorAll(".panel").forEach((place) => {
    const panel = chart.panels[Number(place.dataset.panel)];
    const words = rowsAt(chart, panel, x).map((row) => filled(chart.readout.text, row));
    place.querySelector(".readout").textContent = words.length ? words.join("; ") : "nothing";
    const cursor = place.querySelector(".cursor");
    if (!place.view) return;
    const scale = place.view.scale("x");
    const across = scale(x) + (scale.bandwidth ? scale.bandwidth() / 2 : 0) + leftOf(place.view);
    cursor.hidden = !Number.isFinite(across);
    cursor.style.left = `${(100 * across) / place.view.container().querySelector("svg").viewBox.baseVal.width}%`;
  });
  const said = section.querySelector(".at");
  const slider = section.querySelector("input[type=range]");
  slider.value = x;
  said.textContent = chart.readout.x === "m" ? month(x) : String(x);
  slider.setAttribute("aria-valuetext", said.textContent);
}

function watched(section, chart) {
  const slider = section.querySelector("input[type=range]");
  if (!slider) return;
  slider.addEventListener("input", () => pointAt(section, chart, Number(slider.value)));
  section.querySelectorAll(".panel .plot").forEach((plot) => {
    plot.addEventListener("pointermove", (event) => {
      const place = plot.closest(".panel");
      if (!place.view) return;
      const box = plot.querySelector("svg").getBoundingClientRect();
      const inside = ((event.clientX - box.left) * plot.querySelector("svg").viewBox.baseVal.width) / box.width;
      const scale = place.view.scale("x");
      const at = inside - leftOf(place.view);
      const x = scale.invert ? Math.round(scale.invert(at)) : nearest(scale, at);
      slider.value = x; // the browser keeps it within its ends and on its steps
      pointAt(section, chart, Number(slider.value));
    });
  });
  pointAt(section, chart, Number(slider.value));
}

// Where the plot begins within the picture.
const leftOf = (view) => view.origin()[0] + view.padding().left;

function nearest(scale, at) {
  const far = (value) => Math.abs(scale(value) + scale.bandwidth() / 2 - at);
  return scale.domain().reduce((best, value) => (far(value) < far(best) ? value : best));
}

async function drawAll() {
  const sections = [...document.querySelectorAll("[data-chart]")];
  const widths = sections.map((section) => {
    const place = [...section.querySelectorAll(".plot")].find((each) => each.clientWidth > 0);
    return place ? Math.floor(place.clientWidth) : 600;
  });
  for (const [at, section] of sections.entries()) {
    const chart = data.charts[section.dataset.chart];
    for (const place of section.querySelectorAll(".panel")) {
      await drawn(chart, chart.panels[Number(place.dataset.panel)], place, widths[at]);
    }
    const slider = section.querySelector("input[type=range]");
    if (slider) pointAt(section, chart, Number(slider.value));
  }
  document.documentElement.dataset.drawn = "yes";
}

function sorted(table, column, button) {
  const head = button.closest("th");
  const down = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
  table.querySelectorAll("th[aria-sort]").forEach((each) => each.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", down < 0 ? "descending" : "ascending");
  const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
  const order = (one, two) => {
    const [a, b] = [key(one), key(two)];
    if (a === "" || b === "") return (a === "") - (b === "");
    const gap = Number(a) - Number(b);
    return down * (Number.isNaN(gap) ? a.localeCompare(b) : gap);
  };
  const body = table.tBodies[0];
  body.append(...[...body.rows].sort(order));
}
