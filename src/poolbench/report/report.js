"use strict";
{
  const page = document.documentElement;

  function speak(language) {
    page.lang = language;
    for (const button of document.querySelectorAll(".languages button")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
    const title = document.querySelector(`h1 [lang="${language}"]`);
    if (title) document.title = title.textContent;
  }

  const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

  // "−1.50 (−2 to −1)" counts as -1.5, "от 1,5 до 3 МБ" as 1.5, "3 × 10⁻⁶" as 0.000003; of sizes
  // the unit counts too. What is no number is compared as words.
  function readNumber(cell) {
    const [comma, point] = page.lang === "ru" ? [/,/g, "."] : [/,(?=\d{3})/g, ""];
    const plain = cell.innerText
      .replace(/−/g, "-")
      .replace(/(\d)\u00a0(?=\d{3})/g, "$1")
      .replace(comma, point)
      .replace(/\s?[·×]\s?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, (_, power) =>
        "e" + power.replace("⁻", "-").replace(/[⁰-⁹¹²³]/g, (digit) => DIGITS.indexOf(digit)),
      );
    const found = /^\s*(?:от\s)?([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)(?:\s(?:[КkМMГG])[БB])?/u.exec(plain);
    if (!found) return NaN;
    const unit = /[КkМMГG](?=[БB]$)/.exec(found[0]);
    const times = unit ? { К: 1e3, k: 1e3, М: 1e6, M: 1e6, Г: 1e9, G: 1e9 }[unit[0]] : 1;
    return Number(found[1]) * times;
  }

  function compareCells(first, second) {
    const [left, right] = [readNumber(first), readNumber(second)];
    if (Number.isNaN(left) !== Number.isNaN(right)) return Number.isNaN(left) ? 1 : -1;
    return Number.isNaN(left) ? first.innerText.localeCompare(second.innerText) : left - right;
  }

  function sort(head) {
    const rows = head.closest("table").tBodies[0];
    const first = head.querySelector("button").dataset.first || "descending";
    const other = first === "descending" ? "ascending" : "descending";
    const way = head.getAttribute("aria-sort") === first ? other : first;
    const sorted = [...rows.rows].sort((above, below) => {
      const order = compareCells(above.cells[head.cellIndex], below.cells[head.cellIndex]);
      return way === "ascending" ? order : -order;
    });
    for (const cell of head.parentElement.cells) cell.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", way);
    rows.append(...sorted);
  }

  function makeTips(plate) {
    const texts = JSON.parse(plate.dataset.tips);
    const tip = document.createElement("div");
    tip.className = "tip";
    texts.forEach((text, number) => {
      const mark = plate.querySelector(`[id$="-tip-${number}"]`);
      if (!mark) return;
      mark.addEventListener("pointermove", (event) => {
        tip.textContent = text;
        document.body.append(tip);
        tip.style.left = `${Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8)}px`;
        tip.style.top = `${event.clientY + 14}px`;
      });
      mark.addEventListener("pointerleave", () => tip.remove());
    });
  }

  // Whether a table or figure is wider than its place, and whether its end is in sight.
  function watchWidth(pane) {
    const [inner] = pane.children;
    const sign = document.getElementById("scroll-hint").cloneNode(true);
    sign.removeAttribute("id");
    sign.className = "scroll-hint";
    sign.setAttribute("aria-hidden", "true");
    pane.prepend(sign);
    const look = () => {
      const more = inner.scrollWidth - inner.clientWidth;
      sign.hidden = more < 2;
      pane.classList.toggle("wider", more > 1 && inner.scrollLeft < more - 1);
    };
    inner.addEventListener("scroll", look, { passive: true });
    const watcher = new ResizeObserver(look);
    for (const part of [inner, ...inner.children]) watcher.observe(part);
  }

  for (const pane of document.querySelectorAll(".pane")) watchWidth(pane);
  for (const button of document.querySelectorAll(".languages button")) {
    button.addEventListener("click", () => speak(button.dataset.language));
    // A page that leads here says in which language it was read.
    if (button.dataset.language === new URLSearchParams(location.search).get("lang")) button.click();
  }
  for (const button of document.querySelectorAll("thead button")) {
    button.addEventListener("click", () => sort(button.closest("th")));
  }
  for (const plate of document.querySelectorAll(".plate[data-tips]")) makeTips(plate);
}
