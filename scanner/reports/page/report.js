// Filter and search of the HTML pages. Without it everything is there and readable. It makes no
// HTML out of text, and its page allows neither a network nor another script.
(() => {
  "use strict";

  const items = [...document.querySelectorAll(".findings > li")];
  const form = document.getElementById("filter");

  // A link to a finding opens it, and takes away a filter that hides it.
  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const details = target?.querySelector("details");
    if (!details) return;
    if (target.hidden) form.reset();
    details.open = true;
    target.scrollIntoView();
  };

  // Where a browser cannot print what is closed by its style alone, it is opened for the printer.
  if (!CSS.supports("selector(::details-content)")) {
    let closed = [];
    addEventListener("beforeprint", () => {
      closed = [...document.querySelectorAll(".findings > li:not([hidden]) > details:not([open])")];
      for (const each of closed) each.open = true;
    });
    addEventListener("afterprint", () => {
      for (const each of closed) each.open = false;
    });
  }

  if (form) {
    const status = form.querySelector("[role=status]");
    const total = items.length;
    const number = (count) => count.toLocaleString("en");
    let texts = null;
    let timer = 0;

    // What a finding says, without the names of its rows. Made when something is searched for.
    const words = (item) =>
      [...item.querySelectorAll("summary, dd")]
        .map((each) => each.textContent)
        .join("\n")
        .toLowerCase();

    const apply = () => {
      const wanted = form.elements.search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const chosen = [...form.querySelectorAll("select")]
        .filter((each) => each.value !== "")
        .map((each) => [each.name, each.value]);
      if (wanted.length) texts ??= items.map(words);

      let shown = 0;
      items.forEach((item, at) => {
        const fits =
          chosen.every(([name, value]) => (item.dataset[name] ?? "").split(" ").includes(value)) &&
          wanted.every((word) => texts[at].includes(word));
        if (item.hidden === fits) item.hidden = !fits;
        shown += fits;
      });
      status.textContent =
        shown === total ? `${number(total)} findings` : `${number(shown)} of ${number(total)} findings`;
    };

    form.addEventListener("input", (event) => {
      clearTimeout(timer);
      timer = setTimeout(apply, event.target.name === "search" ? 150 : 0);
    });
    form.addEventListener("reset", () => setTimeout(apply));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      apply();
    });
    form.addEventListener("click", (event) => {
      const open = event.target.dataset?.open;
      if (!open) return;
      for (const item of items) {
        if (!item.hidden) item.querySelector("details").open = open === "true";
      }
    });

    // An answer in the summary becomes a button that filters by it.
    for (const cell of document.querySelectorAll("[data-facet]")) {
      const field = form.elements[cell.dataset.facet];
      if (!field) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...cell.childNodes);
      button.addEventListener("click", () => {
        form.reset();
        field.value = cell.dataset.value;
        apply();
        form.scrollIntoView();
        field.focus({ preventScroll: true });
      });
      cell.append(button);
    }
    form.hidden = false;
    apply(); // a page that is shown again has its fields as they were
  }

  addEventListener("hashchange", openTarget);
  if (location.hash) openTarget();
})();
