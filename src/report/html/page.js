
"use strict";
// Takes the findings out of their table and shows those that are asked for, a page at a time. Text of the claims goes into the page as
// text only.
(() => {
  const PAGE = 50;
  // More rows than anybody prints; said on the paper.
  const PRINTED = 2000;
  const LEVELS = ["error", "warning", "info"];
  const byId = (id) => document.getElementById(id);
  const make = (name, properties = {}, children = []) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  const rules = new Map();
  for (const article of document.querySelectorAll("article[data-name]")) {
    const part = (name) => article.querySelector(name)?.textContent ?? "";
    rules.set(article.id, { article, name: article.dataset.name, fix: part(".fix") });
  }

  // Rows know their payer by a key; the chart has the names of those that are named.
  const payers = new Map(Array.from(document.querySelectorAll("a[data-filter=payer]"), (bar) => [bar.dataset.value, bar.textContent]));
  const payerOf = (key) => (key === "" ? "" : (payers.get(key) ?? "other payers"));

  const source = byId("findings");
  const rows = Array.from(source.querySelector("tbody").rows, (tr, at) => {
    const [level, rule, claim, line, place, codes, charge, message, help] = Array.from(tr.cells, (cell) => cell.textContent);
    const { provider = "", payer: key = "", field, edition, stale } = tr.dataset;
    const payer = payerOf(key);
    const own = rules.get(rule);
    // Codes are found with and without their dots.
    const words = `${claim} ${rule} ${own?.name} ${codes} ${codes.replaceAll(".", "")} ${message} ${place} ${provider} ${payer}`.toLowerCase();
    return { at, level, rule, claim, line, place, codes, charge, message, help: help || (own?.fix ?? ""), provider, payer, field, edition, stale, words };
  });
  source.remove();

  const natural = new Intl.Collator("en", { numeric: true });
  const number = (text) => (text === "" ? -Infinity : Number(text));
  // What each column shows, and how it sorts upward.
  const columns = [
    { key: "level", title: "Level", order: (a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) },
    { key: "rule", title: "Rule", order: (a, b) => (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0) },
    { key: "claim", title: "Claim", order: (a, b) => natural.compare(a.claim, b.claim) },
    { key: "line", title: "Line", order: (a, b) => number(a.line) - number(b.line) || 0 },
    { key: "place", title: "Row", order: (a, b) => natural.compare(a.place, b.place) },
    { key: "codes", title: "Codes", order: (a, b) => natural.compare(a.codes, b.codes) },
    { key: "charge", title: "Charge", order: (a, b) => number(a.charge) - number(b.charge) || 0 },
    { key: "finding", title: "Finding", order: (a, b) => natural.compare(a.message, b.message) },
  ];

  const state = { order: rows, shown: rows, page: 0, sorted: null, upward: true };
  const find = byId("find");
  const selects = new Map(["level", "rule", "provider", "payer"].map((key) => [key, byId(`by-${key}`)]));
  // A value that no claim can have stands for no choice.
  const ALL = "\u0000all";

  for (const [key, select] of selects) {
    const counts = new Map();
    for (const row of rows) counts.set(row[key], (counts.get(row[key]) ?? 0) + 1);
    const values = Array.from(counts);
    if (key === "level") values.sort((a, b) => LEVELS.indexOf(a[0]) - LEVELS.indexOf(b[0]));
    else values.sort((a, b) => b[1] - a[1] || natural.compare(a[0], b[0]));
    select.append(make("option", { value: ALL, textContent: "all" }));
    for (const [value, count] of values) {
      const name = key === "rule" ? ` ${rules.get(value)?.name ?? ""}` : "";
      select.append(make("option", { value, textContent: `${value || "none stated"}${name} (${count.toLocaleString("en")})` }));
    }
    select.addEventListener("change", filter);
  }

  for (const column of columns) {
    const button = make("button", { type: "button", textContent: column.title });
    const heading = make("th", { scope: "col", className: column.key }, [button]);
    heading.setAttribute("role", "columnheader");
    heading.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sort(column));
    column.heading = heading;
    byId("headings").append(heading);
  }

  function filter() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = Array.from(selects, ([key, select]) => [key, select.value]).filter(([, value]) => value !== ALL);
    state.shown = state.order.filter((row) => wanted.every(([key, value]) => row[key] === value) && words.every((word) => row.words.includes(word)));
    state.page = 0;
    render();
  }

  // Upward, downward, and as the file has it.
  function sort(column) {
    if (state.sorted !== column) [state.sorted, state.upward] = [column, true];
    else if (state.upward) state.upward = false;
    else state.sorted = null;
    const sign = state.upward ? 1 : -1;
    state.order = state.sorted ? rows.toSorted((a, b) => sign * column.order(a, b) || a.at - b.at) : rows;
    for (const { key, heading } of columns) {
      heading.setAttribute("aria-sort", key === state.sorted?.key ? (state.upward ? "ascending" : "descending") : "none");
    }
    filter();
  }

  function render() {
    const { shown, page } = state;
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    const first = page * PAGE;
    const visible = shown.slice(first, first + PAGE);
    byId("rows").replaceChildren(...visible.map(draw));
    const all = rows.length.toLocaleString("en");
    const count = shown.length.toLocaleString("en");
    const range = visible.length > 0 ? `${(first + 1).toLocaleString("en")}\u2013${(first + visible.length).toLocaleString("en")} of ` : "";
    byId("status").textContent = `${range}${count} findings${shown.length < rows.length ? ` (of ${all})` : ""}`;
    byId("page-number").textContent = `Page ${page + 1} of ${pages}`;
    // Stays in the order of the keyboard when there is nowhere to go.
    byId("previous").setAttribute("aria-disabled", String(page === 0));
    byId("next").setAttribute("aria-disabled", String(page + 1 >= pages));
    byId("empty").hidden = shown.length > 0;
    byId("work-table").hidden = shown.length === 0;
  }

  function draw(row) {
    const cells = columns.map(({ key, title }) => {
      const cell = make("td", { className: key });
      cell.setAttribute("role", "cell");
      cell.dataset.label = title;
      if (key === "level") cell.append(make("span", { className: `badge ${row.level}`, textContent: row.level }));
      else if (key === "rule") cell.append(make("a", { href: `#${row.rule}`, textContent: row.rule }));
      else if (key === "finding") cell.append(...finding(row));
      else cell.textContent = row[key];
      return cell;
    });
    const tr = make("tr", {}, cells);
    tr.setAttribute("role", "row");
    return tr;
  }

  function finding(row) {
    const more = make("button", { type: "button", className: "more", textContent: "Why and source" });
    more.setAttribute("aria-expanded", "false");
    more.setAttribute("aria-label", `Why and source, ${row.rule} on claim ${row.claim}`);
    more.addEventListener("click", () => {
      const open = more.getAttribute("aria-expanded") === "true";
      more.setAttribute("aria-expanded", String(!open));
      if (open) more.nextSibling.remove();
      else more.after(why(row));
    });
    return [
      make("p", { textContent: row.message }),
      make("p", { className: "do" }, [make("b", { textContent: "What to do: " }), row.help]),
      more,
    ];
  }

  // The rule's own words, and what is special about this finding.
  function why(row) {
    const about = rules.get(row.rule)?.article.querySelector(".about").cloneNode(true) ?? make("div", {}, [make("dl")]);
    about.className = "why";
    about.querySelector(".fix")?.parentNode.remove();
    const list = about.querySelector("dl");
    const add = (name, text) => text && list.append(make("div", {}, [make("dt", { textContent: name }), make("dd", { textContent: text })]));
    if (row.edition) {
      about.querySelector(".edition")?.parentNode.remove();
      add("Edition", row.edition);
    }
    add("Stale", row.stale && "the service is later than the table stands for");
    add("Field", row.field);
    add("Place", row.place);
    add("Provider", row.provider);
    add("Payer", row.payer);
    return about;
  }

  function turn(by) {
    const pages = Math.ceil(state.shown.length / PAGE);
    const page = state.page + by;
    if (page < 0 || page >= pages) return;
    state.page = page;
    render();
  }

  function clear() {
    find.value = "";
    for (const select of selects.values()) select.value = ALL;
    filter();
    find.focus();
  }

  find.addEventListener("input", filter);
  document.querySelector(".controls").addEventListener("submit", (event) => event.preventDefault());
  document.querySelector(".controls").addEventListener("reset", (event) => {
    event.preventDefault();
    clear();
  });
  byId("clear").addEventListener("click", clear);
  byId("previous").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  byId("print").addEventListener("click", () => window.print());
  // A bar of a chart shows its findings.
  document.addEventListener("click", (event) => {
    const bar = event.target.closest?.("a[data-filter]");
    if (!bar) return;
    find.value = "";
    const { filter: by, value } = bar.dataset;
    for (const [key, select] of selects) select.value = key !== by ? ALL : by === "payer" ? payerOf(value) : value;
    // A value that is only on findings that the list leaves out.
    for (const select of selects.values()) if (select.selectedIndex < 0) select.value = ALL;
    filter();
  });
  // On paper stand all findings that match, not a page of them.
  window.addEventListener("beforeprint", () => {
    const { shown } = state;
    byId("rows").replaceChildren(...shown.slice(0, PRINTED).map(draw));
    const cut = shown.length > PRINTED ? `the first ${PRINTED.toLocaleString("en")} of ` : "";
    byId("status").textContent = `${cut}${shown.length.toLocaleString("en")} findings`;
  });
  window.addEventListener("afterprint", render);

  byId("work").hidden = false;
  render();
})();
