// The control room: shows every event of the presence stream; while there is none it asks, and says when that fails.

const room = document.getElementById("room");
const words = JSON.parse(room.dataset.words);
const language = document.documentElement.lang;
const number = new Intl.NumberFormat(language === "fr" ? "fr-FR" : "en-GB");
const parts = new Intl.DateTimeFormat("en-GB", { timeZone: room.dataset.zone, hour: "numeric", minute: "2-digit", hourCycle: "h23" });
const QUARTERS = 16;
const BEGINS = 2000; // the page was written a moment ago: it is up to date
const AGAIN = 5000;
let lost = 0;

function clock(text) {
  const found = Object.fromEntries(parts.formatToParts(new Date(text)).map((part) => [part.type, part.value]));
  const hour = String(Number(found.hour));
  if (language !== "fr") return `${hour}:${found.minute}`;
  return found.minute === "00" ? `${hour}\u00a0h` : `${hour}\u00a0h\u00a0${found.minute}`;
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text; // a live region speaks when it changes
}

function table(id, rows) {
  const box = document.getElementById(id);
  const heads = JSON.parse(JSON.stringify(words[id]));
  if (!rows.length) {
    const empty = document.createElement("p");
    empty.className = "empty";
    empty.textContent = words.empty;
    box.replaceChildren(empty);
    return;
  }
  const made = document.createElement("table");
  made.className = "data";
  made.setAttribute("role", "table");
  const caption = made.createCaption();
  caption.className = "quiet";
  caption.textContent = words[`${id}-caption`];
  const head = made.createTHead();
  head.setAttribute("role", "rowgroup");
  const line = head.insertRow();
  line.setAttribute("role", "row");
  for (const [label, kind] of heads) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.setAttribute("role", "columnheader");
    cell.className = kind;
    cell.textContent = label;
    line.append(cell);
  }
  const body = made.createTBody();
  body.setAttribute("role", "rowgroup");
  for (const row of rows) {
    const shown = body.insertRow();
    shown.setAttribute("role", "row");
    row.forEach((value, column) => {
      const cell = document.createElement(column ? "td" : "th");
      if (column) cell.dataset.label = heads[column][0];
      else cell.scope = "row";
      cell.setAttribute("role", column ? "cell" : "rowheader");
      cell.className = heads[column][1];
      cell.textContent = value;
      shown.append(cell);
    });
  }
  box.replaceChildren(made);
}

function draw(flow) {
  const svg = document.getElementById("room-chart");
  const most = Math.max(1, ...flow.map((quarter) => Math.max(quarter.entries, quarter.exits)));
  const made = [];
  const add = (name, attributes, text = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    made.push(element);
  };
  flow.forEach((quarter, rank) => {
    [["in", quarter.entries], ["out", quarter.exits]].forEach(([kind, people], side) => {
      const height = (108 * people) / most;
      add("rect", { class: kind, x: 20 * rank + 2 + 8 * side, y: 130 - height, width: 7, height });
    });
    if (rank % 4 === 0) add("text", { x: 20 * rank + 2, y: 145 }, clock(quarter.quarter));
  });
  add("line", { class: "axis", x1: 0, x2: 320, y1: 130, y2: 130 });
  add("text", { x: 2, y: 12 }, number.format(most));
  svg.replaceChildren(...made);
}

function show(now) {
  for (const element of room.querySelectorAll("[data-number]")) say(element, number.format(now[element.dataset.number]));
  const alert = document.getElementById("room-alert");
  alert.className = `room-alert ${now.alert ?? ""}`.trim();
  say(alert, words[`alert.${now.alert ?? (now.capacity === null ? "unset" : "none")}`]);
  const values = { capacity: number.format(now.capacity ?? 0), percent: number.format(now.filled_percent ?? 0) };
  say(document.getElementById("room-capacity"), filled(words[now.capacity === null ? "capacity.none" : "capacity"], values));
  document.getElementById("room-level").setAttribute("width", Math.min(now.filled_percent ?? 0, 100));
  table("room-gates-table", now.gates.map((gate) => [
    gate.gate ?? words.nameless, number.format(gate.entries_now),
    gate.capacity === null ? "—" : number.format(gate.capacity) + (gate.alert ? ` (${words[`gate.${gate.alert}`]})` : ""),
    number.format(gate.entries), number.format(gate.exits), number.format(gate.refused),
  ]));
  const flow = now.flow.slice(-QUARTERS);
  const last = flow.at(-1);
  say(document.getElementById("room-sentence"), last
    ? filled(words.sentence, { entries: number.format(last.entries), exits: number.format(last.exits), at: clock(last.quarter) })
    : words["sentence.none"]);
  draw(flow);
  table("room-flow-table", now.flow.map((quarter) => [
    clock(quarter.quarter), number.format(quarter.entries), number.format(quarter.exits), number.format(quarter.refused),
    number.format(quarter.inside),
  ]));
  table("room-contradictions-table", now.latest_contradictions.map((one) => [
    `${one.device}\u00a0: ${one.sequence}`, one.gate ?? words.nameless, clock(one.scanned_at), words[`verdict.${one.verdict}`],
    words[`verdict.${one.contradiction}`],
  ]));
  fresh();
}

function fresh() {
  const line = document.getElementById("room-fresh");
  line.classList.toggle("room-lost", lost > 0);
  const at = clock(lost || Date.now());
  say(line, filled(words[lost ? "lost" : "fresh"], { at }));
}

async function ask() {
  const asked = Date.now();
  try {
    const answer = await fetch(room.dataset.room, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    lost = 0;
    show(await answer.json());
  } catch {
    lost ||= asked;
    fresh();
  }
}

function follow() {
  const stream = new EventSource(`${room.dataset.room}/stream`);
  let asking = 0; // while the stream is away, which a minute's end also begins
  stream.addEventListener("open", () => { clearInterval(asking); asking = 0; });
  stream.addEventListener("presence", (event) => { lost = 0; show(JSON.parse(event.data)); });
  stream.addEventListener("error", () => {
    asking ||= setInterval(() => {
      ask();
      if (stream.readyState === EventSource.CLOSED) { // it does not try again by itself
        clearInterval(asking);
        follow();
      }
    }, AGAIN);
  });
}

setTimeout(follow, BEGINS);
