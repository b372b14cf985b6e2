// Brings a ticket file: shows what its beginning looks like, asks what unknown columns hold, then streams all of it.

const form = document.getElementById("upload");
const at = (id) => document.getElementById(id);
const word = (key, values = {}) => {
  const found = document.querySelector(`#words [data-key="${CSS.escape(key)}"]`);
  return (found?.textContent ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
};
const BEGINNING = 1_000_000;
const WORKBOOK = 64_000_000; // a workbook has its contents at its end: it is shown whole or not at all
const LARGEST = 20_000_000_000;
const language = document.documentElement.lang;
const show = (id, shown) => { at(id).hidden = !shown; };
let file = null;
let guess = null;
let sending = null;
let asked = 0;

function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const bytes = (count) => {
  const units = language === "fr" ? ["octets", "Ko", "Mo", "Go"] : ["bytes", "KB", "MB", "GB"];
  const rank = Math.min(3, Math.floor(Math.log10(Math.max(1, count)) / 3));
  const value = new Intl.NumberFormat(language === "fr" ? "fr-FR" : "en-GB", { maximumFractionDigits: rank ? 1 : 0 });
  return `${value.format(count / 1000 ** rank)}\u00a0${units[rank]}`;
};

function refuse(text) {
  const box = at("upload-error");
  box.replaceChildren(element("p", text));
  box.hidden = false;
  at("reading").textContent = "";
  show("sending", false);
  box.focus();
}

// A row of cells that becomes a card on narrow screens, as in tables.html.
function row(labels, cells) {
  const made = element("tr", "", { role: "row" });
  cells.forEach((cell, rank) => {
    const holder = rank ? element("td", "", { role: "cell", "data-label": labels[rank] }) : element("th", "", { scope: "row", role: "rowheader" });
    holder.append(cell);
    made.append(holder);
  });
  return made;
}

function table(labels, rows) {
  const made = element("table", "", { class: "data", role: "table" });
  made.append(element("caption", word("caption"), { class: "quiet" }));
  const head = element("thead", "", { role: "rowgroup" });
  const names = element("tr", "", { role: "row" });
  for (const label of labels) names.append(element("th", label, { scope: "col", role: "columnheader" }));
  head.append(names);
  const body = element("tbody", "", { role: "rowgroup" });
  body.append(...rows.map((cells) => row(labels, cells)));
  made.append(head, body);
  return made;
}

function looks(column) {
  const kind = word(`kind.${column.kind}`);
  const shapes = column.shapes.slice(0, 2).join(", ");
  const made = element("span", shapes ? `${kind} ` : kind);
  if (shapes) made.append(element("code", shapes));
  return made;
}

const personal = new Set(["e-mail", "phone", "person"]);

// What a column becomes: as the mapping on the page says while one is asked for, else as the format says.
function meaning(column) {
  if (at("mapping").hidden) return column.field;
  if (at("profile")?.value) return null;
  return roles().find((select) => select.value === column.column)?.dataset.role ?? null;
}

function becomes(column) {
  const field = meaning(column);
  if (field) return element("strong", word(`field.${field}`));
  return element("span", personal.has(column.kind) ? `${word("dropped")} (${word("person")})` : word("dropped"), { class: "muted" });
}

function listColumns() {
  const labels = [word("column"), word("becomes"), word("looks")];
  const rows = guess.columns.map((column) => [document.createTextNode(column.column), becomes(column), looks(column)]);
  at("columns").replaceChildren(table(labels, rows));
}

function present(found) {
  guess = found;
  const known = found.format !== null;
  at("recognised").textContent = known
    ? `${word("known", { format: word(`format.${found.format}`), confidence: found.confidence })} ${word("because", { columns: found.because.join(", ") })}`
    : word(at("organisation") ? "unknown" : "unowned");
  show("send", known || Boolean(at("organisation")));
  const packed = found.packed.length ? `, ${word("packed", { packed: found.packed.join(", ") })}` : "";
  at("written").textContent = `${file.name}, ${bytes(file.size)}. ${word("written", { encoding: found.encoding })}${packed}.`;
  at("recognised").classList.toggle("unknown", !known);
  show("remap-line", known && Boolean(at("organisation")));
  show("mapping", false);
  if (!known && at("organisation")) askMapping(found);
  listColumns();
  at("reading").textContent = at("recognised").textContent;
  show("guess", true);
  at("guess").focus();
}

async function begin(chosen) {
  if (!chosen || sending) return;
  file = chosen;
  const turn = ++asked;
  show("upload-error", false);
  show("guess", false);
  if (file.size > LARGEST) return refuse(word("too_large"));
  at("reading").textContent = word("reading");
  try {
    const answer = await fetch(`${form.dataset.preview}?${query()}`, {
      method: "POST",
      body: await file.slice(0, /\.xlsx$/i.test(file.name) ? WORKBOOK : BEGINNING).arrayBuffer(),
      headers: headers(),
    });
    const found = await answer.json();
    if (turn !== asked) return undefined;
    return answer.ok ? present(found) : refuse(found.detail);
  } catch {
    return turn === asked ? refuse(word("broken")) : undefined;
  }
}

// The mapping of an unknown file: which column is what, and what its words mean.

const roles = () => [...document.querySelectorAll("[data-role]")];
const list = (id) => at(id).value.split(",").map((one) => one.trim()).filter(Boolean);

function option(value, text, chosen) {
  const made = element("option", text, { value });
  made.selected = chosen;
  return made;
}

function askMapping(found) {
  const start = found.profile ?? {};
  const names = found.columns.map((column) => column.column);
  for (const select of roles()) {
    const first = select.options[0];
    select.replaceChildren(first, ...names.map((name) => option(name, name, start[select.dataset.role] === name)));
    if (!start[select.dataset.role]) first.selected = true;
  }
  at(`facts-${start.facts ?? "scans"}`).checked = true;
  at("date_order").value = start.date_order ?? "";
  at("in_words").value = (start.in_words ?? []).join(", ");
  at("out_words").value = (start.out_words ?? []).join(", ");
  at("other_verdict").value = start.other_verdict ?? "";
  const meanings = {
    direction: [["in", word("direction_in")], ["out", word("direction_out")]],
    verdict: [...document.querySelectorAll('#words [data-key^="verdict."]')].map((one) => [one.dataset.key.slice(8), one.textContent]),
    standing: [...document.querySelectorAll('#words [data-key^="standing."]')].map((one) => [one.dataset.key.slice(9), one.textContent]),
  };
  const asked = [];
  for (const [column, words] of Object.entries(found.unknown_words ?? {})) {
    const kind = ["direction", "verdict", "standing"].find((role) => start[role] === column);
    if (!kind) continue;
    words.forEach((text, rank) => {
      const id = `unknown-${kind}-${rank}`;
      const field = element("div", "", { class: "field" });
      const select = element("select", "", { id, "data-kind": kind, "data-word": text });
      select.append(at("other_verdict").options[0].cloneNode(true), ...meanings[kind].map(([value, said]) => option(value, said, false)));
      select.options[0].selected = true;
      field.append(element("label", `« ${text} » (${column})`, { for: id }), select);
      asked.push(field);
    });
  }
  at("unknown-words").replaceChildren(...asked);
  show("unknown", asked.length > 0);
  const profile = at("profile");
  if (profile) {
    const fits = [...profile.options].filter((one) => one.value && JSON.parse(one.dataset.columns).every((name) => names.includes(name)));
    for (const one of profile.options) one.disabled = Boolean(one.value) && !fits.includes(one);
    profile.value = fits.length ? fits[0].value : "";
    show("fresh", !profile.value);
  }
  at("profile-name").value ||= file.name.replace(/\.[^.]*$/, "").slice(0, 120);
  at("others").open = roles().some((select) => select.value && at("others").contains(select));
  show("mapping", true);
}

function mapping() {
  const made = { facts: document.querySelector("[name=facts]:checked").value };
  for (const select of roles()) if (select.value) made[select.dataset.role] = select.value;
  for (const name of ["date_order", "other_verdict"]) if (at(name).value) made[name] = at(name).value;
  made.in_words = list("in_words");
  made.out_words = list("out_words");
  for (const select of document.querySelectorAll("[data-kind]")) {
    if (!select.value) continue;
    const { kind, word: text } = select.dataset;
    if (kind === "direction") made[`${select.value}_words`].push(text);
    else (made[`${kind}_words`] ??= {})[text] = select.value;
  }
  return made;
}

// The profile to read the file with: one that is kept, or the new one, which is kept first.
async function profileToUse() {
  const kept = at("profile")?.value;
  if (kept) return kept;
  const name = at("profile-name").value.trim();
  if (!at("map-code").value || !name) {
    refuse(word("missing"));
    return null;
  }
  const answer = await fetch(form.dataset.profiles, {
    method: "POST",
    headers: { ...headers(), "Content-Type": "application/json" },
    body: JSON.stringify({ organisation_id: at("organisation").value, name, mapping: mapping() }),
  });
  const made = await answer.json();
  if (answer.ok) return made.id;
  refuse(answer.status === 409 ? word("taken") : made.detail);
  return null;
}

async function submit() {
  if (!file || sending) return;
  if (at("mapping").hidden) return send({});
  const profile = await profileToUse().catch(() => { refuse(word("broken")); return null; });
  if (profile) send({ profile_id: profile });
}

const headers = () => ({
  "Content-Type": "application/octet-stream",
  "X-CSRF-Token": form.dataset.token,
  Accept: "application/json",
  "Accept-Language": language,
});

const query = (values = {}) => new URLSearchParams({ file_name: file.name.replace(/[\u0000-\u001f\u007f/\\]/g, "_").slice(-120), ...values });

let told = -1;
function progress(sent, total) {
  const percent = Math.floor((sent * 100) / Math.max(1, total));
  const words = sent < total ? word("sent", { sent: bytes(sent), total: bytes(total), percent }) : word("read");
  at("sent-words").textContent = words;
  if (sent < total) at("sent").value = (sent * 1000) / total;
  else at("sent").removeAttribute("value");
  const tenth = sent < total ? Math.floor(percent / 10) : 11;
  if (tenth !== told) at("sent-said").textContent = words; // screen readers hear every tenth, not every packet
  told = tenth;
}

function send(values) {
  const request = new XMLHttpRequest();
  sending = request;
  told = -1;
  show("upload-error", false);
  show("guess", false);
  show("sending", true);
  progress(0, file.size);
  request.open("PUT", `${form.dataset.put}?${query({ simulated: at("simulated").checked, ...values })}`);
  for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => progress(event.loaded, event.total));
  const over = (text) => { sending = null; refuse(text); show("guess", guess !== null); };
  request.addEventListener("error", () => over(word("broken")));
  request.addEventListener("abort", () => over(word("stopped")));
  request.addEventListener("load", () => {
    sending = null;
    if (request.status === 201) location.assign(`${form.dataset.then}${request.response.id}`);
    else over(request.response?.detail ?? word("broken"));
  });
  request.send(file);
  at("stop").focus();
}

if (form) {
  form.hidden = false;
  const drop = at("drop");
  at("file").addEventListener("change", (event) => begin(event.target.files[0]));
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  // a file dropped beside the frame must not replace the page, nor a page left take a file along unasked
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
  addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });
  drop.addEventListener("drop", (event) => { event.preventDefault(); begin(event.dataTransfer.files[0]); });
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  at("remap").addEventListener("click", () => {
    askMapping(guess);
    listColumns();
    show("remap-line", false);
    at("mapping").querySelector("select, input").focus();
  });
  at("mapping").addEventListener("change", listColumns);
  at("profile")?.addEventListener("change", (event) => show("fresh", !event.target.value));
  at("other").addEventListener("click", () => { show("guess", false); at("file").value = ""; at("file").focus(); });
  at("stop").addEventListener("click", () => sending?.abort());
}
