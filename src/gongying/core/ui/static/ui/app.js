// Progressive enhancement only: every page works without it. Strict CSP: no inline script, no eval.
const $ = (query, within = document) => within.querySelector(query);
const all = (query, within = document) => [...within.querySelectorAll(query)];

// A piece of a page. Whoever was logged out meanwhile is led to the log-in by the page itself.
const piece = async (url, more = {}) => {
  const answer = await fetch(url, { ...more, headers: { "X-Panel": "1" } });
  if (answer.redirected) location.reload();
  return answer;
};

// Theme: the system's, until somebody chooses.
for (const button of all("[data-theme-switch]"))
  button.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    $("#dark").media = dark ? "not all" : "all";
    document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`;
  });

// Height of rows: standard, compact, roomy; remembered.
for (const button of all("[data-density-switch]"))
  button.addEventListener("click", () => {
    const root = document.documentElement, next = { compact: "roomy", roomy: "standard" };
    root.dataset.density = next[root.dataset.density] || "compact";
    document.cookie = `density=${root.dataset.density};path=/;max-age=31536000;samesite=lax`;
  });

// Menus close on a click elsewhere and on Escape.
document.addEventListener("click", (event) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
setTimeout(() => all(".toast").forEach((toast) => toast.remove()), 6000);

// Bulk selection: the rows of this page, or with one more press every row the list shows.
for (const table of all("table[data-select]")) {
  const bar = $(`#${table.dataset.select}`), boxes = all("tbody input[type=checkbox]", table);
  const everything = $("[data-all]", bar), whole = $("input[name=all]", bar);
  const show = (all_of = "") => {
    const chosen = boxes.filter((box) => box.checked).length;
    whole.value = all_of ? "1" : "";
    bar.classList.toggle("on", chosen > 0);
    $("[data-count]", bar).textContent = all_of || chosen;
    if (everything) everything.hidden = Boolean(all_of);
  };
  $("thead input[type=checkbox]", table)?.addEventListener("change", (event) => {
    boxes.forEach((box) => (box.checked = event.target.checked));
    show();
  });
  boxes.forEach((box) => box.addEventListener("change", () => show()));
  everything?.addEventListener("click", () => { boxes.forEach((box) => (box.checked = true)); show(everything.dataset.all); });
}

// Rows by keyboard: J and K move, Enter opens, X selects, ? shows the keys.
const keys = $("#keys");
for (const button of all("[data-keys]")) button.addEventListener("click", () => keys.showModal());
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest("input,textarea,select,dialog")) return;
  if (event.key === "?" && keys) { event.preventDefault(); keys.showModal(); return; }
  const rows = all(".list tbody tr"), now = document.activeElement.closest?.(".list tbody tr"), at = rows.indexOf(now);
  const step = { j: 1, k: -1 }[event.key];
  if (step && rows.length) {
    const row = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    row.tabIndex = -1;
    row.focus();
  }
  if (event.key === "x" && now) $("input[type=checkbox]", now)?.click();
  if (event.key === "Enter" && document.activeElement === now) $("a", now)?.click();
});

// Filters send themselves; typing waits, and never while Chinese is being composed.
for (const form of all("form[data-live]")) {
  let timer;
  form.addEventListener("change", (event) => event.target.type !== "search" && form.requestSubmit());
  form.addEventListener("input", (event) => {
    if (event.target.type !== "search" || event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(() => form.requestSubmit(), 450);
  });
  const box = $("input[type=search]", form);
  if (box && box.value) { box.focus(); box.setSelectionRange(box.value.length, box.value.length); }
}

// "How this figure comes about" opens beside the page.
const panel = $("#panel");
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-panel]");
  if (!link || !panel || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const answer = await piece(link.href);
  $("[data-body]", panel).innerHTML = await answer.text();
  panel.showModal();
});
for (const button of all("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());
for (const dialog of all("dialog")) dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

// A part of the page that is fetched after it; without script it is a link.
for (const part of all("[data-load]"))
  piece(part.dataset.load).then(async (answer) => { if (answer.ok) part.innerHTML = await answer.text(); });

// Progress of long work.
for (const part of all("[data-watch]")) {
  const look = async () => {
    const answer = await piece(part.dataset.watch);
    if (answer.ok) part.innerHTML = await answer.text();
    if ($("[data-running]", part)) setTimeout(look, 1200);
    else if (part.dataset.reload !== undefined) location.reload();
  };
  if ($("[data-running]", part)) setTimeout(look, 800);
}

// A form that shows what it would mean while it is filled in (writes nothing).
for (const form of all("form[data-preview]")) {
  let timer;
  const out = $(form.dataset.into);
  const send = async () => {
    const answer = await piece(form.dataset.preview, { method: "POST", body: new FormData(form) });
    out.innerHTML = await answer.text();
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(send, 300); });
}
document.addEventListener("click", (event) => {
  const add = event.target.closest("[data-add-row]");
  if (add) {
    const body = $(add.dataset.addRow), copy = body.lastElementChild.cloneNode(true);
    all("input, textarea", copy).forEach((input) => (input.value = ""));
    body.append(copy);
    $("input, select, textarea", copy).focus();
  }
  const drop = event.target.closest("[data-drop-row]");
  if (drop && drop.closest("tbody").children.length > 1) drop.closest("tr").remove();
  if (add || drop) (add || drop).closest("form")?.dispatchEvent(new Event("input"));
});

// Command palette: Ctrl/⌘ K.
const palette = $("#palette");
if (palette) {
  const box = $("input", palette), list = $("ul", palette);
  let timer, round = 0, asked = null;
  const memory = `opened-${palette.dataset.user}`, lately = () => JSON.parse(localStorage.getItem(memory) || "[]");
  const remember = (link) => {
    const one = { url: link.getAttribute("href"), text: $("span", link).textContent };
    localStorage.setItem(memory, JSON.stringify([one, ...lately().filter((each) => each.url !== one.url)].slice(0, 5)));
  };
  const recent = () => {
    if (!lately().length) return;
    const head = document.createElement("li");
    head.className = "group"; head.role = "presentation"; head.textContent = palette.dataset.recent;
    const made = lately().map((each, n) => {
      const li = document.createElement("li"), link = document.createElement("a"), text = document.createElement("span");
      li.role = "option"; li.id = `recent-${n}`; link.href = each.url; link.tabIndex = -1; text.textContent = each.text;
      link.append(text); li.append(link);
      return li;
    });
    list.prepend(head, ...made);
  };
  const options = () => all("li[role=option]", list);
  const mark = (place) => options().forEach((li, n) => {
    li.setAttribute("aria-selected", n === place);
    if (n === place) { li.scrollIntoView({ block: "nearest" }); box.setAttribute("aria-activedescendant", li.id); }
  });
  const at = () => options().findIndex((li) => li.getAttribute("aria-selected") === "true");
  const ask = async () => {
    const mine = ++round, wanted = box.value;
    const answer = await piece(`${palette.dataset.source}?q=${encodeURIComponent(wanted)}`);
    const text = await answer.text();
    if (mine === round) { list.innerHTML = text; asked = wanted; if (!wanted) recent(); mark(0); }
  };
  const open = () => { palette.showModal(); box.value = ""; ask(); };
  for (const button of all("[data-palette]")) button.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); open(); }
    if (event.key === "/" && !event.target.closest("input,textarea,select,dialog")) { event.preventDefault(); open(); }
  });
  box.addEventListener("input", (event) => { if (event.isComposing) return; clearTimeout(timer); timer = setTimeout(ask, 120); });
  box.addEventListener("compositionend", ask);
  list.addEventListener("click", (event) => { const link = event.target.closest("a"); if (link) remember(link); });
  box.addEventListener("keydown", async (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); const n = options().length; if (n) mark((at() + step + n) % n); }
    if (event.key === "Enter") {
      event.preventDefault();
      clearTimeout(timer);
      if (asked !== box.value) await ask(); // what was typed, not what was shown before
      $("a", options()[at()] || list)?.click();
    }
  });
}
