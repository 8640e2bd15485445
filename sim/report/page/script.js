// Draw the charts of the page, and again when its width changes.
document.querySelectorAll("table.sortable").forEach((table) => {
  table.querySelectorAll("thead button").forEach((button, column) => {
    button.addEventListener("click", () => sorted(table, column, button));
  });
});
document.querySelectorAll("[data-chart]").forEach((section) => watched(section, data.charts[section.dataset.chart]));

let last = 0;
let waiting = 0;
new ResizeObserver(() => {
  const width = document.documentElement.clientWidth;
  if (Math.abs(width - last) < 24) return;
  last = width;
  clearTimeout(waiting);
  waiting = setTimeout(drawAll, document.documentElement.dataset.drawn ? 200 : 0);
}).observe(document.documentElement);
window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => (each.open = true)));
