// Tables: headers, optional sort by the columns, rows that open, rows that can be chosen; what is open, chosen and focused
// lasts from one refresh to the next. Where a table does not fit, times and words wrap ("tight"); where that is not enough,
// as on a phone, each row is a card (style.css), so every cell carries its column's name.

import { button, element, inCell, uniqueId, visible } from "./dom.js";

// columns: {name, show(item) → text or node, kind: "number" | "short" | "wide", opens, sort(item) → value}
//   opens: the cell is a button that shows details(item) below the row. spare: left out where no row has something in it.
// options: key(item), details(item) → nodes, empty (text), choose: {label(item), changed(keys)}, label (of the table),
//   scrolls: has as many columns as somebody asked for, and is moved sideways rather than made of cards. whole: the view is about it, so the page is moved up and down and not the table.
const TIGHT_FROM = 480; // px; below, cards are easier to read
const fittedAt = new WeakMap(); // the frame's width, without what a scroll bar takes
const fitting = new ResizeObserver((entries) => entries.forEach(({ target }) => {
  if (fittedAt.get(target) !== target.offsetWidth) fit(target);
}));

function fit(frame) {
  const width = frame.clientWidth;
  if (width === 0) return; // not in the page yet
  fittedAt.set(frame, frame.offsetWidth);
  const fits = () => frame.scrollWidth <= width;
  frame.classList.remove("tight", "as-cards", "fits");
  if (!fits()) frame.classList.add("tight");
  if (!frame.classList.contains("scrolls") || width < TIGHT_FROM) {
    if (frame.classList.contains("tight") && (width < TIGHT_FROM || !fits())) frame.classList.replace("tight", "as-cards");
  }
  frame.classList.toggle("fits", fits());
}

const isEmpty = (content) => content === undefined || content === null || content === "";

export class Table {
  constructor(columns, { key = (item) => item.id, details, empty = "Nothing here.", choose, label, sortBy, descending = false, scrolls = false, whole = false }) {
    Object.assign(this, { columns, allColumns: columns, key, details, empty, choose, label, sortBy, descending });
    this.items = [];
    this.open = new Map();
    this.chosen = new Set();
    this.frame = element("div", { class: ["frame", scrolls && "scrolls", whole && "whole"].filter(Boolean).join(" "), tabindex: 0, role: "group", "aria-label": label });
    fitting.observe(this.frame);
    this.state = null;
  }

  get node() { return this.frame; }

  show(items) {
    const state = JSON.stringify(items);
    if (state === this.state) return;
    this.state = state;
    this.items = items;
    this.columns = this.allColumns.filter((column) => !column.spare || items.some((item) => !isEmpty(column.show(item))));
    const keys = new Set(items.map((item) => String(this.key(item))));
    for (const key of this.open.keys()) if (!keys.has(key)) this.open.delete(key);
    for (const key of this.chosen) if (!keys.has(key)) this.chosen.delete(key);
    this.draw();
  }

  draw() {
    const active = document.activeElement;
    const focused = this.frame.contains(active) ? active.dataset.key : undefined;
    const table = element("table", { role: "table" }, this.label ? element("caption", { class: "unseen" }, this.label) : null);
    const body = element("tbody", { role: "rowgroup" });
    for (const item of this.sorted()) this.addRow(body, item);
    if (this.items.length === 0) {
      body.append(element("tr", { role: "row" },
        element("td", { role: "cell", class: "empty", colspan: this.columns.length + (this.choose ? 1 : 0) }, this.empty)));
    }
    table.append(element("thead", { role: "rowgroup" }, this.headRow()), body);
    this.frame.replaceChildren(table);
    fit(this.frame);
    if (focused !== undefined) this.frame.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    this.choose?.changed([...this.chosen]);
  }

  sorted() {
    const column = this.columns.find(({ name }) => name === this.sortBy);
    if (!column?.sort) return this.items;
    const order = this.descending ? -1 : 1;
    return this.items.toSorted((a, b) => {
      const [one, other] = [column.sort(a) ?? "", column.sort(b) ?? ""];
      if (typeof one === "number" && typeof other === "number") return order * (one - other);
      return order * String(one).localeCompare(String(other), undefined, { numeric: true });
    });
  }

  headRow() {
    const row = element("tr", { role: "row" });
    if (this.choose) {
      const all = element("input", { type: "checkbox", "aria-label": "Choose all rows that are shown", "data-key": "choose all" });
      all.checked = this.items.length > 0 && this.chosen.size === this.items.length;
      all.addEventListener("change", () => {
        this.chosen = new Set(all.checked ? this.items.map((item) => String(this.key(item))) : []);
        this.draw();
      });
      row.append(element("th", { scope: "col", role: "columnheader", class: "choose" }, all));
    }
    for (const column of this.columns) {
      const sorted = this.sortBy === column.name;
      const head = element("th", { scope: "col", role: "columnheader", class: column.kind ?? "",
        "aria-sort": sorted ? (this.descending ? "descending" : "ascending") : null });
      head.append(column.sort ? button(column.name, () => {
        this.descending = sorted ? !this.descending : column.kind === "number";
        this.sortBy = column.name;
        this.draw();
      }, { class: "sort-button", "data-key": `sort ${column.name}` }) : column.name);
      row.append(head);
    }
    return row;
  }

  addRow(body, item) {
    const key = String(this.key(item));
    const row = element("tr", { role: "row" });
    if (this.choose) row.append(element("td", { role: "cell", class: "choose" }, this.chooser(item, key)));
    for (const column of this.columns) {
      const content = column.show(item);
      const cell = element("td", { role: "cell", class: column.kind ?? "", "data-label": column.name });
      if (column.opens) cell.append(this.opener(key, item, content));
      else if (content instanceof Node) cell.append(content);
      else if (!isEmpty(content)) cell.append(inCell(content));
      row.append(cell);
    }
    body.append(row);
    if (this.open.has(key)) row.after(this.open.get(key));
  }

  chooser(item, key) {
    const box = element("input", { type: "checkbox", "data-key": `choose ${key}`, "aria-label": `Choose ${visible(this.choose.label(item))}` });
    box.checked = this.chosen.has(key);
    box.addEventListener("change", () => {
      if (box.checked) this.chosen.add(key);
      else this.chosen.delete(key);
      this.choose.changed([...this.chosen]);
    });
    return box;
  }

  opener(key, item, content) {
    const opened = this.open.has(key);
    const toggle = element("button", { type: "button", class: "toggle", "data-key": `open ${key}`, "aria-expanded": String(opened) },
      content instanceof Node ? content : visible(content));
    if (opened) toggle.setAttribute("aria-controls", this.open.get(key).id);
    toggle.addEventListener("click", () => {
      const before = this.open.get(key);
      toggle.setAttribute("aria-expanded", String(!before));
      if (before) {
        before.remove();
        this.open.delete(key);
        toggle.removeAttribute("aria-controls");
        return;
      }
      const row = element("tr", { role: "row", class: "details", id: uniqueId("row") },
        element("td", { role: "cell", colspan: this.columns.length + (this.choose ? 1 : 0) }, this.details(item)));
      this.open.set(key, row);
      toggle.setAttribute("aria-controls", row.id);
      toggle.closest("tr").after(row);
    });
    return toggle;
  }
}

// A list of the API, a page at a time, in a table: `ask(cursor)` gives {items, next_cursor}. refresh() asks the pages that
// are shown again; what came meanwhile is added in front.
export class PagedTable {
  constructor(table, ask, { shownText = () => "" } = {}) {
    Object.assign(this, { table, ask, shownText });
    this.pages = 1;
    this.summary = element("p", { class: "summary", role: "status" });
    this.more = button("Show more", () => this.showMore(), { class: "quiet", hidden: true });
    this.node = element("div", {}, this.summary, table.node, element("p", { class: "more" }, this.more));
    this.turn = 0;
  }

  async showMore() {
    const before = this.table.items.length;
    this.pages += 1;
    this.more.disabled = true;
    await this.refresh().finally(() => { this.more.disabled = false; });
    const rows = this.table.frame.querySelectorAll("tbody > tr:not(.details)");
    rows[before]?.querySelector("a, button, input")?.focus();
  }

  async refresh(first = false) {
    if (first) this.pages = 1;
    const turn = ++this.turn;
    const items = [];
    let cursor;
    for (let page = 0; page < this.pages; ++page) {
      const answer = await this.ask(cursor);
      if (turn !== this.turn) return; // another question was asked meanwhile
      items.push(...answer.items);
      cursor = answer.next_cursor;
      if (!cursor) break;
    }
    this.table.show(items);
    this.more.hidden = !cursor;
    this.summary.textContent = this.shownText(items, Boolean(cursor));
  }
}
