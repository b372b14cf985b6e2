// Draws every [data-chart] with plotly.js from the figure that the server publishes as JSON, in the colours of the page.

const plots = [...document.querySelectorAll("[data-chart]")];
const narrow = matchMedia("(max-width: 30rem)");
const numbers = document.documentElement.lang === "fr" ? ",\u202f" : ".,";

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return { ink: of("--ink"), surface: of("--chart"), line: of("--line"), edge: of("--edge") };
}

function themed(layout) {
  const { ink, surface, line, edge } = colours();
  const axis = {
    gridcolor: line, zerolinecolor: edge, linecolor: edge, tickcolor: edge, automargin: true,
    exponentformat: "none", separatethousands: true,
  };
  const merged = {
    ...layout,
    autosize: true,
    paper_bgcolor: surface,
    plot_bgcolor: surface,
    title: undefined,
    separators: numbers,
    margin: { t: 24, b: 48, l: 56, ...layout.margin, r: narrow.matches ? 64 : 24 },
    font: { ...layout.font, color: ink, family: getComputedStyle(document.body).fontFamily, size: narrow.matches ? 12 : 14 },
    transition: { duration: 0 },
  };
  for (const name of Object.keys(layout).concat("xaxis", "yaxis")) {
    if (!/^[xy]axis\d*$/.test(name)) continue;
    merged[name] = { ...axis, ...layout[name] };
    if (merged[name].type === "category") merged[name].showgrid = false;
    else if (narrow.matches) Object.assign(merged[name], { nticks: 4, title: undefined }); // the heading says it
  }
  return merged;
}

async function draw(plot) {
  try {
    const answer = await fetch(plot.dataset.chart, { headers: { Accept: "application/json", "Accept-Language": document.documentElement.lang } });
    if (!answer.ok) throw new Error(String(answer.status));
    const figure = await answer.json();
    plot.replaceChildren();
    const config = { displayModeBar: false, responsive: true, staticPlot: narrow.matches };
    const render = () => Plotly.react(plot, figure.data, themed(figure.layout ?? {}), config);
    await render();
    plot.classList.add("ready");
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", render);
  } catch {
    plot.classList.add("failed");
    if (!plot.hasChildNodes()) plot.textContent = plot.dataset.failed;
    plot.parentElement.querySelector("details")?.setAttribute("open", "");
  }
}

plots.forEach(draw);
