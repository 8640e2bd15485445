// The explorer: what is set stands in the address; each change asks for a quick answer and for a full one.
const by = (id) => document.getElementById(id);
const controls = [...document.querySelectorAll(".control")];
const state = { now: new Map(), free: [], kept: null, keptFree: [], shown: {} };
const monthOf = (text) => 12 * Number(text.slice(0, 4)) + Number(text.slice(5)) - 1;
let turn = 0; // number of the latest question
let asking = null; // what stops it
let isBusy = false; // a quick answer to a slider that is still moving is under way
let isLate = false; // the slider has moved on meanwhile
let drawing = Promise.resolve();

// ---- the address

function query() {
  const pairs = [...state.now, ...state.free.map((text) => ["set", text])];
  if (state.kept) {
    pairs.push(["kept", ""]);
    pairs.push(...[...state.kept].map(([key, value]) => [`kept.${key}`, value]));
    pairs.push(...state.keptFree.map((text) => ["kept.set", text]));
  }
  pairs.push(...Object.entries(state.shown));
  return new URLSearchParams(pairs).toString();
}

function readAddress() {
  state.now = new Map();
  Object.assign(state, { free: [], kept: null, keptFree: [], shown: {} });
  for (const [key, value] of new URLSearchParams(location.search)) {
    const held = key.startsWith("kept.");
    const name = held ? key.slice(5) : key;
    if (key === "kept" || held) state.kept ??= new Map();
    if (key === "kept") continue;
    if (["chart", "states", "products"].includes(key)) state.shown[key] = value;
    else if (name === "set") (held ? state.keptFree : state.free).push(value);
    else (held ? state.kept : state.now).set(name, value);
  }
}

function remember() {
  const text = query();
  if (`?${text}` === location.search || (!text && !location.search)) return;
  history.pushState({ at: (history.state?.at ?? 0) + 1 }, "", text ? `?${text}` : location.pathname);
}

// ---- controls

const idOf = (control) => control.dataset.id;
const valueOf = (control) => state.now.get(idOf(control)) ?? control.dataset.value;

function show(control) {
  const value = valueOf(control);
  control.classList.toggle("changed", state.now.has(idOf(control)));
  const [range, exact] = [control.querySelector("input[type=range]"), control.querySelector(".exact")];
  if (control.dataset.kind === "switch") control.querySelector("input").checked = value === "on";
  else if (control.dataset.kind === "choice") control.querySelector("select").value = value;
  else if (control.dataset.kind === "states") {
    const named = value.split(",");
    control.querySelectorAll("input").forEach((box) => (box.checked = named.includes(box.value)));
  } else {
    range.value = control.dataset.kind === "month" ? monthOf(value) : value;
    if (document.activeElement !== exact) exact.value = value;
    range.setAttribute("aria-valuetext", value);
  }
}

function set(control, value, isFinal) {
  if (value === control.dataset.value) state.now.delete(idOf(control));
  else state.now.set(idOf(control), value);
  changed(isFinal);
}

function changed(isFinal) {
  controls.forEach(show);
  tell();
  if (isFinal) {
    remember();
    ask();
  } else askQuickly();
}

function statesOf(control, box) {
  const boxes = [...control.querySelectorAll("input")];
  if (box.value === "all") return box.checked ? "all" : boxes[1].value;
  const named = boxes.filter((each) => each.checked && each.value !== "all").map((each) => each.value);
  return named.length ? named.join(",") : "all";
}

function wire(control) {
  const kind = control.dataset.kind;
  const range = control.querySelector("input[type=range]");
  if (kind === "switch") {
    control.querySelector("input").addEventListener("change", (event) => set(control, event.target.checked ? "on" : "off", true));
  } else if (kind === "choice") {
    control.querySelector("select").addEventListener("change", (event) => set(control, event.target.value, true));
  } else if (kind === "states") {
    control.addEventListener("change", (event) => set(control, statesOf(control, event.target), true));
  } else {
    const written = () => (kind === "month" ? month(Number(range.value)) : String(Number(range.value)));
    if (kind === "month") {
      range.min = monthOf(range.dataset.first);
      range.max = monthOf(range.dataset.last);
    }
    range.addEventListener("input", () => set(control, written(), false));
    range.addEventListener("change", () => set(control, written(), true));
    control.querySelector(".exact").addEventListener("change", (event) => set(control, event.target.value.trim() || control.dataset.value, true));
  }
}

function item(text, label, undo) {
  const line = document.createElement("li");
  const button = document.createElement("button");
  const words = document.createElement("span");
  words.textContent = text;
  line.append(words);
  if (undo) {
    button.type = "button";
    button.textContent = "×";
    button.setAttribute("aria-label", label);
    button.addEventListener("click", undo);
    line.append(button);
  } else line.className = "held";
  return line;
}

// Say what is changed, and what is held beside.
function tell() {
  const titles = new Map(controls.map((each) => [idOf(each), each.dataset.title]));
  const said = ([key, value]) => `${titles.get(key) ?? key}: ${value}`;
  const lines = [...state.now].map((pair) =>
    item(said(pair), `Back to the file: ${titles.get(pair[0]) ?? pair[0]}`, () => { state.now.delete(pair[0]); changed(true); }));
  lines.push(...state.free.map((text, at) => item(text, `Back to the file: ${text}`, () => { state.free.splice(at, 1); changed(true); })));
  if (state.kept) {
    const held = [...[...state.kept].map(said), ...state.keptFree];
    lines.push(item(`beside: ${held.length ? held.join("; ") : "as in the file"}`, "", null));
  }
  by("changes").replaceChildren(...lines);
  by("reset").disabled = !state.now.size && !state.free.length;
  by("drop").hidden = !state.kept;
  by("undo").disabled = !(history.state?.at > 0);
  for (const name of ["chart", "states", "products"]) {
    const box = by(name);
    box.value = state.shown[name] ?? (name === "chart" ? box.options[0].value : "");
  }
  by("file").href = `scenario.yaml?${query()}`;
}

// ---- answers

async function fetched(members, signal) {
  const answer = await fetch(`answer?${query()}${query() ? "&" : ""}members=${members}`, { signal, cache: "no-store" });
  const found = await answer.json().catch(() => ({ faults: [`the server answers ${answer.status}`] }));
  if (!answer.ok) throw Object.assign(new Error("refused"), { faults: found.faults });
  return found;
}

function failed(error) {
  if (error.name === "AbortError") return;
  const faults = error.faults ?? ["The explorer does not answer. Is it still running?"];
  by("faults").querySelector("ul").replaceChildren(...faults.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  by("faults").hidden = false;
  by("answer").classList.remove("waiting");
  by("status").textContent = "as before the fault";
  document.documentElement.dataset.answer = "fault";
}

// Ask for both answers at once; each has a process of its own.
function ask() {
  const mine = ++turn;
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  delete document.documentElement.dataset.answer;
  by("answer").classList.add("waiting");
  let isFull = false;
  const got = (members) => (answer) => {
    if (mine !== turn || isFull) return null;
    isFull = members === data.members;
    return shown(answer, mine);
  };
  const sizes = data.members > data.quick ? [data.quick, data.members] : [data.members];
  sizes.forEach((members) => fetched(members, signal).then(got(members)).catch((error) => mine === turn && failed(error)));
}

// While a slider moves: quick answers only, one at a time, always to where it is by then.
async function askQuickly() {
  isLate = isBusy;
  if (isBusy) return;
  isBusy = true;
  const mine = ++turn;
  asking?.abort();
  asking = new AbortController();
  delete document.documentElement.dataset.answer;
  try {
    const answer = await fetched(data.quick, asking.signal);
    if (mine === turn) await shown(answer, mine);
  } catch (error) {
    if (mine === turn) failed(error);
  }
  isBusy = false;
  if (isLate && mine === turn) askQuickly();
}

function shown(answer, mine) {
  drawing = drawing.then(() => (mine === turn ? laidOut(answer) : null)).catch((error) => { if (mine === turn) failed(error); throw error; });
  return drawing;
}

// Put an answer in place of the last one; drawings that only get new rows move over.
async function laidOut(answer) {
  const fresh = document.createElement("template");
  fresh.innerHTML = answer.html;
  const place = by("answer");
  const open = [...place.querySelectorAll("details")].map((each) => each.open);
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  data.charts = answer.charts;
  fresh.content.querySelectorAll("[data-chart]").forEach((section) => {
    const before = place.querySelector(`[data-chart="${CSS.escape(section.dataset.chart)}"]`);
    if (!before) return;
    const old = [...before.querySelectorAll(".panel")];
    section.querySelectorAll(".panel").forEach((panel, at) => {
      if (!old[at]?.view) return;
      panel.querySelector(".drawing").replaceWith(old[at].querySelector(".drawing"));
      Object.assign(panel, { view: old[at].view, key: old[at].key });
      old[at].view = null;
    });
    const [slider, last] = [section.querySelector("input[type=range]"), before.querySelector("input[type=range]")];
    if (slider && last && last.min === slider.min && last.max === slider.max) slider.value = last.value;
  });
  place.querySelectorAll(".panel").forEach((panel) => panel.view?.finalize());
  place.replaceChildren(fresh.content);
  place.querySelectorAll("details").forEach((each, at) => (each.open = open[at] ?? false));
  place.querySelectorAll("[data-chart]").forEach((section) => watched(section, data.charts[section.dataset.chart]));
  if (focused) by(focused)?.focus();
  const lines = (id, texts) => by(id).replaceChildren(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  // a first picture comes without words: those of before stay, pale, until the full answer
  if (answer.sentences) lines("sentences", answer.sentences);
  if (answer.warnings) lines("warnings", answer.warnings.map((text) => `Warning: ${text}`));
  by("sentences").classList.toggle("waiting", !answer.sentences);
  by("command").textContent = answer.command;
  by("faults").hidden = true;
  by("changed-on-disk").hidden = answer.version === data.version;
  await drawAll();
  place.classList.remove("waiting");
  by("status").textContent = `${answer.members} members`;
  document.documentElement.dataset.answer = String(answer.members);
}

async function lookAtDisk() {
  try {
    const found = await (await fetch("version", { cache: "no-store" })).json();
    by("changed-on-disk").hidden = !found.version || found.version === data.version;
    if (found.faults) failed({ faults: found.faults });
  } catch { /* the next question tells */ }
}

// ---- the page

function narrowed() {
  const words = by("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const control of controls) {
    const text = `${control.dataset.title} ${idOf(control)}`.toLowerCase();
    control.hidden = !words.every((word) => text.includes(word));
  }
  document.querySelectorAll(".group").forEach((group) => {
    group.hidden = words.length > 0 && !group.querySelector(".control:not([hidden])");
    if (words.length) group.open = true;
  });
}

controls.forEach(wire);
by("find").addEventListener("input", narrowed);
by("free").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = by("free-text").value.trim();
  if (!text) return;
  state.free.push(text);
  by("free-text").value = "";
  changed(true);
});
by("undo").addEventListener("click", () => history.back());
by("reset").addEventListener("click", () => { state.now = new Map(); state.free = []; changed(true); });
by("hold").addEventListener("click", () => { state.kept = new Map(state.now); state.keptFree = [...state.free]; changed(true); });
by("drop").addEventListener("click", () => { state.kept = null; state.keptFree = []; changed(true); });
by("reload").addEventListener("click", () => location.reload());
by("copy").hidden = !navigator.clipboard;
by("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(location.href);
  by("status").textContent = "address copied";
});
for (const name of ["chart", "states", "products"]) {
  by(name).addEventListener("change", (event) => {
    const isUsual = !event.target.value || (name === "chart" && event.target.selectedIndex === 0);
    if (isUsual) delete state.shown[name];
    else state.shown[name] = event.target.value;
    changed(true);
  });
}
function arrived() {
  readAddress();
  controls.forEach(show);
  tell();
  ask();
}
window.addEventListener("popstate", arrived);
window.addEventListener("focus", lookAtDisk);
if (history.state?.at === undefined) history.replaceState({ at: 0 }, "");
if (matchMedia("(max-width: 56rem)").matches) by("settings").open = false;
let width = document.documentElement.clientWidth;
let pause = 0;
new ResizeObserver(() => {
  if (Math.abs(document.documentElement.clientWidth - width) < 24) return;
  width = document.documentElement.clientWidth;
  clearTimeout(pause);
  pause = setTimeout(() => (drawing = drawing.then(drawAll)), 200);
}).observe(document.documentElement);
arrived();
