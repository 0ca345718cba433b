// The order sheet: keyboard first, paste from Excel, figures that follow, and an order that survives a lost connection.
// Every page works without it.
const $ = (query, within = document) => within.querySelector(query);
const all = (query, within = document) => [...within.querySelectorAll(query)];
const grid = $("[data-grid]"), form = $("form.sheet");

if (grid && form) {
  const boxes = () => all(".qty", grid).filter((box) => !box.closest("tr").hidden);
  const whole = (text) => /^\s*(\d{1,3}(,\d{3})+|\d+)\s*$/.test(text.normalize("NFKC"));
  const mark = (box) => {
    const row = box.closest("tr"), text = box.value.trim();
    row.classList.toggle("on", Boolean(text) && text !== "0");
    row.classList.toggle("bad", Boolean(text) && !whole(text));
  };
  const changed = () => form.dispatchEvent(new Event("input"));

  // Arrows and Enter go from quantity to quantity; nothing is sent by Enter.
  grid.addEventListener("keydown", (event) => {
    if (event.isComposing || !event.target.matches(".qty")) return;
    const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const list = boxes(), next = list[list.indexOf(event.target) + step];
    if (next) { next.focus(); next.select(); }
  });
  grid.addEventListener("input", (event) => event.target.matches(".qty") && mark(event.target));
  grid.addEventListener("click", (event) => {
    const take = event.target.closest("[data-take]");
    if (!take) return;
    const box = $(".qty", take.closest("tr"));
    box.value = take.dataset.take;
    mark(box); changed(); box.focus();
  });

  // Search hides rows while one types; what is chosen stays in sight.
  const find = $("[data-find]");
  find?.addEventListener("input", (event) => {
    if (event.isComposing) return;
    const wanted = find.value.trim().toLowerCase();
    for (const row of all("tbody tr", grid))
      row.hidden = Boolean(wanted) && !row.dataset.row.toLowerCase().includes(wanted) && !row.classList.contains("on");
  });

  // A paste of several cells, anywhere in the sheet, is read as rows of code and quantity.
  const tell = (faults, rest) => {
    const list = $("[data-faults]"), area = $("[data-pastebox]");
    list.replaceChildren(...faults.map((fault) => {
      const li = document.createElement("li");
      li.textContent = `${fault.row}: ${fault.text}: ${fault.message} ${fault.remedy}`;
      return li;
    }));
    area.value = rest;
    if (faults.length) { area.closest("details").open = true; area.scrollIntoView({ block: "center" }); }
  };
  const read = async (text) => {
    const body = new FormData(form);
    body.set("text", text);
    const answer = await fetch(form.dataset.paste, { method: "POST", body, headers: { "X-Panel": "1" } });
    if (!answer.ok) return;
    const { lines, faults, rest } = await answer.json(), missing = [];
    for (const line of lines) {
      const row = all("tbody tr", grid).find((each) => $("input[type=hidden]", each).value === line.code);
      if (!row) { missing.push(`${line.code}\t${line.packs}\t${line.pack}`); continue; }
      $("select", row).value = line.pack;
      const box = $(".qty", row);
      box.value = line.packs;
      mark(box);
    }
    tell(faults, [rest, ...missing].filter(Boolean).join("\n"));
    if (missing.length) $("[name=do][value=paste]").click();
    changed();
  };
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (!event.target.matches(".qty") || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    read(text);
  });

  // What each row comes to, as the quote says it.
  new MutationObserver(() => {
    for (const cell of all("[data-net]", grid)) cell.textContent = "";
    for (const found of all("#quote data[data-for]")) {
      const [code, pack] = found.dataset.for.split("|");
      const row = all("tbody tr", grid).find((each) => $("input[type=hidden]", each).value === code && $("select", each).value === (pack || ""));
      if (row) $("[data-net]", row).textContent = found.value;
    }
  }).observe($("#quote"), { childList: true, subtree: true });
  if (boxes().some((box) => box.value.trim())) changed();
  ($(".qty", grid) || find)?.focus({ preventScroll: true });
}

// An order placed without a connection waits on this device and is sent once: the server knows it by its own name.
const place = $("form[data-place]"), KEPT = "orders-to-send";
const waiting = () => JSON.parse(localStorage.getItem(KEPT) || "[]");
place?.addEventListener("submit", (event) => {
  if (navigator.onLine || event.submitter?.value !== "place") return;
  event.preventDefault();
  const fields = [...new FormData(place)].filter(([, value]) => typeof value === "string");
  localStorage.setItem(KEPT, JSON.stringify([...waiting(), { url: location.pathname, fields: [...fields, ["do", "place"]] }]));
  $("[data-offline]").hidden = false;
  event.submitter.disabled = true;
});
const send = async () => {
  const token = $("input[name=csrfmiddlewaretoken]")?.value;
  if (!navigator.onLine || !token) return;
  for (const one of waiting()) {
    const body = new URLSearchParams(one.fields);
    body.set("csrfmiddlewaretoken", token);
    const answer = await fetch(one.url, { method: "POST", body });
    if (answer.ok || answer.status === 409) {
      localStorage.setItem(KEPT, JSON.stringify(waiting().slice(1)));
      location.href = answer.url;
    }
  }
};
addEventListener("online", send);
if (waiting().length) send();
