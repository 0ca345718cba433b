// Counting and reporting on a phone: differences while one types, more lines, drafts and reports that wait for a connection.
// Everything works without this file.
const $ = (query, within = document) => within.querySelector(query);
const all = (query, within = document) => [...within.querySelectorAll(query)];
const store = {
  get: (name, empty) => { try { return JSON.parse(localStorage.getItem(name)) ?? empty; } catch { return empty; } },
  set: (name, value) => { try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* full or forbidden: the form still works */ } },
  drop: (name) => { try { localStorage.removeItem(name); } catch { /* as above */ } },
};
const whole = (text) => (/^-?[\d,]+$/.test(text.trim()) ? Number(text.replaceAll(",", "")) : null);

// A declaration: what should be there follows the adjustments, the difference follows the count.
const count = $("#count");
if (count) {
  const look = (line) => {
    const changes = all("input[name^=units-]", line).reduce((sum, input) => sum + (whole(input.value) ?? 0), 0);
    const there = Number(line.dataset.base) - Number(line.dataset.adjusted) + changes;
    const counted = whole($("input[name^=counted-]", line).value), off = $("[data-off]", line);
    $("[data-there]", line).textContent = there.toLocaleString("en");
    const apart = counted === null ? null : counted - there;
    off.textContent = apart === null ? "" : apart === 0 ? "✓" : (apart > 0 ? "+" : "") + apart.toLocaleString("en");
    off.className = `off ${apart === null ? "" : apart === 0 ? "same" : "apart"}`;
  };
  const name = `declaration-${count.dataset.declaration}`;
  const kept = store.get(name, {});
  for (const input of all("input[name^=counted-]", count)) if (!input.value && kept[input.name]) input.value = kept[input.name];
  all("[data-line]", count).forEach(look);
  count.addEventListener("input", (event) => {
    const line = event.target.closest("[data-line]");
    if (line) look(line);
    store.set(name, Object.fromEntries(all("input[name^=counted-]", count).filter((i) => i.value).map((i) => [i.name, i.value])));
  });
  count.addEventListener("submit", () => store.drop(name));
  // Enter goes to the next count, as on paper.
  count.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.name?.startsWith("counted-")) return;
    event.preventDefault();
    const inputs = all("input[name^=counted-]", count);
    (inputs[inputs.indexOf(event.target) + 1] || $(".thumb .primary")).focus();
  });
}

// A report of sales: more lines; without a connection it waits here under its own number, and is sent once.
const report = $("#report");
if (report) {
  const rows = $("#rows"), more = $("[data-add-line]");
  const tidy = () => all("[data-drop-line]", rows).forEach((button) => (button.hidden = rows.children.length < 2));
  more.hidden = false;
  const empty = (line) => all("input", line).every((input) => !input.value);
  if (matchMedia("(max-width: 860px)").matches)  // on a phone one line at a time
    for (const line of all("li", rows).slice(1)) if (empty(line)) line.remove();
  tidy();
  more.addEventListener("click", () => {
    const copy = rows.lastElementChild.cloneNode(true);
    all("input", copy).forEach((input) => (input.value = ""));
    rows.append(copy);
    tidy();
    $("input", copy).focus();
  });
  rows.addEventListener("click", (event) => {
    const drop = event.target.closest("[data-drop-line]");
    if (drop && rows.children.length > 1) { drop.closest("li").remove(); tidy(); }
  });

  const name = `reports-${report.dataset.user}`, note = $("#queue");
  const show = () => {
    const waiting = store.get(name, []);
    note.hidden = !waiting.length;
    $("[data-waiting]", note).textContent = waiting.length;
  };
  // What the server does not take comes back into the form, to be looked at.
  const restore = (each) => {
    const given = new Map();
    for (const [field, value] of each.body) given.set(field, [...(given.get(field) || []), value]);
    for (const field of ["on", "outlet", "place", "document", "level", "client_id"]) {
      const input = $(`[name=${field}]`, report);
      if (input && given.has(field)) input.value = given.get(field)[0];
    }
    while (rows.children.length < (given.get("product") || []).length) more.click();
    for (const field of ["product", "quantity", "pack", "amount"])
      all(`[name=${field}]`, rows).forEach((input, at) => (input.value = (given.get(field) || [])[at] ?? ""));
  };
  // Only what the server took leaves the phone: then it leads on to another page of this area (the log-in is none).
  const send = async () => {
    for (const each of store.get(name, [])) {
      const body = new URLSearchParams(each.body);
      body.set("csrfmiddlewaretoken", $("input[name=csrfmiddlewaretoken]", report).value);
      try {
        const answer = await fetch(location.pathname, { method: "POST", body });
        if (answer.status === 409) restore(each);
        else if (!answer.ok || !answer.redirected || !new URL(answer.url).pathname.startsWith("/channel/")) break;
        store.set(name, store.get(name, []).filter((other) => other.id !== each.id));
      } catch { break; }
    }
    show();
  };
  report.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    const body = [...new FormData(report)].filter(([field]) => field !== "csrfmiddlewaretoken");
    const id = $("input[name=client_id]", report).value;
    store.set(name, [...store.get(name, []).filter((other) => other.id !== id), { id, body }]);
    all("#rows input", report).forEach((input) => (input.value = ""));
    $("input[name=client_id]", report).value = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}${Math.random()}`;
    show();
  });
  $("[data-send]", note).addEventListener("click", send);
  addEventListener("online", send);
  show();
  if (navigator.onLine) send();
}
