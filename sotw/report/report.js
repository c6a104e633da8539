const isDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
const plots = document.getElementById("plots");
const dark = JSON.parse(plots.dataset.dark);
// A colour of a plot has a twin for a dark page.
const seen = text => isDark ? text.replace(/"(#[0-9a-f]{6})"/g, (all, one) => one in dark ? `"${dark[one]}"` : all) : text;
const specs = JSON.parse(seen(plots.textContent));
const narrow = window.innerWidth < 560;
const style = getComputedStyle(document.documentElement);
const [soft, hairline] = ["--soft", "--line"].map(name => style.getPropertyValue(name).trim());
const config = {
  background: "transparent",
  font: "ui-sans-serif, system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
  axis: {
    labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelColor: soft,
    titleColor: soft, gridColor: hairline, domainColor: hairline, tickColor: hairline,
    titlePadding: 8, labelLimit: narrow ? 110 : 260
  },
  legend: {
    orient: "top", labelFontSize: 12, titleFontSize: 12, labelLimit: 260, labelColor: soft,
    titleColor: soft, titleFontWeight: "normal"
  },
  view: {stroke: null}
};
// A tap shows what hovering shows; names are shown as text, never as markup.
for (const [key, spec] of Object.entries(specs)) {
  const place = document.querySelector(`#${key} .plot`);
  vegaEmbed(place.firstElementChild, spec, {
    mode: "vega-lite", renderer: "svg", actions: false, ast: true, config: config,
    tooltip: {theme: isDark ? "dark" : "light"}
  }).catch(error => {
    place.textContent = `This plot cannot be drawn here: ${error.message}`;
  });
}
