const specs = JSON.parse(document.getElementById("plots").textContent);
const narrow = window.innerWidth < 560;
const config = {
  background: "transparent",
  font: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  axis: {
    labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelColor: "#323f4b",
    titleColor: "#323f4b", gridColor: "#e4e7eb", domainColor: "#9aa5b1", tickColor: "#9aa5b1",
    titlePadding: 8, labelLimit: narrow ? 110 : 260
  },
  legend: {orient: "top", labelFontSize: 12, titleFontSize: 12, labelLimit: 260},
  view: {stroke: null}
};
// A tap shows what hovering shows; names are shown as text, never as markup.
for (const [key, spec] of Object.entries(specs)) {
  const place = document.querySelector(`#${key} .plot`);
  vegaEmbed(place.firstElementChild, spec, {
    mode: "vega-lite", renderer: "svg", actions: false, ast: true, config: config
  }).catch(error => {
    place.textContent = `This plot cannot be drawn here: ${error.message}`;
  });
}
