
"use strict";
// The table is there without this; what is added is search, filters and order. Their state stands behind the page's `#`, so
// that a view can be sent to a colleague, and so that the bars above the table are links.
(() => {
  const at = (id) => document.getElementById(id);
  const fields = { q: at("q"), rule: at("rule"), level: at("level"), head: at("head") };
  const body = at("findings").tBodies[0];
  const heads = Array.from(at("findings").tHead.rows[0].cells);
  const rows = Array.from(body.rows, (row, number) => {
    const { rule, level, head } = row.dataset;
    return { row, number, rule, level, head };
  });
  // What is searched in a row is put together when somebody searches.
  const text = (one) => one.text ??= one.row.textContent.toLowerCase();
  const choice = at("sort");
  // An order as text is the key of a column, with a minus before what falls.
  const parse = (text) => ({ key: text.replace(/^-/, ""), down: text.startsWith("-") });
  let sort = parse("");
  const now = () => (sort.down ? "-" : "") + sort.key;

  // A browser takes long to lay out thousands of rows, and nobody reads them: the others are shown when they are asked for.
  let limit = 300;
  let sorted = rows;

  const filter = () => {
    const words = fields.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const one of sorted) {
      const fits = ["rule", "level", "head"].every((name) => !fields[name].value || fields[name].value === one[name])
        && words.every((word) => text(one).includes(word));
      found += fits ? 1 : 0;
      const hidden = !fits || found > limit;
      if (one.row.hidden !== hidden) one.row.hidden = hidden;
    }
    at("shown").textContent = found === rows.length ? `${found} in all` : `${found} of ${rows.length}`;
    at("none").hidden = found > 0;
    at("more").hidden = found <= limit;
    at("more").textContent = `Show all ${found}, not only the first ${limit}`;
  };

  const order = () => {
    const column = heads.findIndex((head) => head.dataset.key === sort.key);
    choice.value = column < 0 ? "" : now();
    heads.forEach((head, number) => {
      if (number === column) head.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    // Without an order of the reader's it is the report's: the most urgent first.
    const value = (one) => column < 0 ? "" : one.row.cells[column].dataset.sort || "";
    const compare = (a, b) => {
      const [x, y] = [value(a), value(b)];
      // What is not known comes last, in either direction.
      if (!x !== !y) return x ? -1 : 1;
      const numbers = x !== "" && y !== "" && !isNaN(x) && !isNaN(y);
      const found = numbers ? x - y : x.localeCompare(y);
      return (sort.down ? -found : found) || a.number - b.number;
    };
    const before = sorted;
    sorted = rows.slice().sort(compare);
    // Moving a row costs as much as laying it out anew.
    if (sorted.some((one, number) => one !== before[number])) {
      // One by one: a call takes only so many arguments.
      for (const one of sorted) body.append(one.row);
    }
    filter();
  };

  const write = () => {
    const state = new URLSearchParams();
    for (const [name, field] of Object.entries(fields)) if (field.value) state.set(name, field.value);
    if (sort.key) state.set("sort", now());
    // A page may not always write its address; the view itself does not depend on it.
    try { history.replaceState(null, "", "#" + state); } catch { /* it stays as it was */ }
  };

  const read = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const [name, field] of Object.entries(fields)) field.value = state.get(name) || "";
    sort = parse(state.get("sort") || "");
    order();
  };

  const set = (text) => {
    sort = parse(text);
    order();
    write();
  };
  for (const head of heads) {
    const { key } = head.dataset;
    // Dates and numbers are asked for from the top.
    const keys = "falls" in head.dataset ? ["-" + key, key] : [key, "-" + key];
    // Where there is no room for a table there are no heads to click.
    for (const one of keys) choice.add(new Option(head.textContent + (one === keys[0] ? "" : ", the other way"), one));
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => set(keys[keys.indexOf(now()) + 1] || ""));
  }
  choice.addEventListener("change", () => set(choice.value));
  for (const field of Object.values(fields)) field.addEventListener("input", () => { filter(); write(); });
  at("clear").addEventListener("click", () => {
    for (const field of Object.values(fields)) field.value = "";
    filter();
    write();
  });
  const all = () => { limit = Infinity; filter(); };
  at("more").addEventListener("click", all);
  addEventListener("beforeprint", all);
  addEventListener("hashchange", () => { read(); at("list").scrollIntoView(); });
  at("controls").hidden = false;
  read();
  // From here on it is said row by row what is hidden.
  at("findings").classList.add("live");
})();
