// What the page says, and how it writes numbers, in the language that the person chose.

const catalogue = await (await fetch("texts.json")).json();
const listeners = [];
// Where a choice outlives a reload.
const CHOICE = "poolbench-language";
let language = chooseLanguage();

// What the person chose, else what the page was made to speak, else the browser's language, else
// that of the run.
function chooseLanguage() {
  const { lang, dataset } = document.documentElement;
  const wanted = "wanted" in dataset ? [lang] : navigator.languages.map((name) => name.split("-")[0]);
  return [recall(), ...wanted].find((name) => name in catalogue) ?? lang;
}

// A browser may forbid pages to store anything.
function recall() {
  try {
    return sessionStorage.getItem(CHOICE);
  } catch {
    return null;
  }
}

function remember(chosen) {
  try {
    sessionStorage.setItem(CHOICE, chosen);
  } catch {
    // It lasts until the page is loaded again.
  }
}

// Numbers of the values stay numbers until here: {name}, {name:,} in groups, {name:02d} padded,
// {name:image|images} for the form of a word that goes with it.
export function say(key, values = {}) {
  return catalogue[language][key].replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name, form) => {
    const value = values[name];
    if (form?.includes("|")) return chooseForm(value, form.split("|"));
    if (form === "02d") return String(value).padStart(2, "0");
    return typeof value === "number" ? formatNumber(value, null, form === ",") : value;
  });
}

// English has a form for one and one for all others; Russian for 1, for 2 and for 5.
function chooseForm(count, forms) {
  const kind = new Intl.PluralRules(language).select(count);
  return forms[{ one: 0, few: 1 }[kind] ?? forms.length - 1];
}

// With so many decimals; `null`: as many as there are.
export function formatNumber(value, digits = null, useGrouping = true) {
  const decimals = digits === null ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  // Russian parts the digits of a number from 10 000 on.
  const grouping = useGrouping && language === "ru" ? "min2" : useGrouping;
  return new Intl.NumberFormat(language, { useGrouping: grouping, ...decimals }).format(value);
}

export function getLanguage() {
  return language;
}

// With one decimal, everywhere: never 100 % for what is not certain, nor 0 % for what is possible.
export function formatPercent(share) {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  const numbers = new Intl.NumberFormat(language, { style: "percent", ...digits });
  if (share > 0.9995 && share < 1) return `> ${numbers.format(0.999)}`;
  if (share < 0.0005 && share > 0) return `< ${numbers.format(0.001)}`;
  return numbers.format(share);
}

// Where a picture was moved to, by names of directions: "3 px down, 2 px left".
export function formatShift(down, right) {
  const parts = [];
  if (down) parts.push(say(down > 0 ? "shift-down" : "shift-up", { pixels: Math.abs(down) }));
  if (right) parts.push(say(right > 0 ? "shift-right" : "shift-left", { pixels: Math.abs(right) }));
  return parts.join(", ") || say("shift-none");
}

export function formatDuration(seconds) {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours) return say("duration.hours", { hours, minutes });
  if (minutes) return say("duration.minutes", { minutes, seconds: whole % 60 });
  return say("duration.seconds", { seconds: whole });
}

export function onLanguage(listener) {
  listeners.push(listener);
}

function setLanguage(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = say(element.dataset.text);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
  }
  // The report opens in the language of the page.
  document.getElementById("report").search = `?lang=${chosen}`;
  for (const listener of listeners) listener();
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    remember(button.dataset.language);
    setLanguage(button.dataset.language);
  });
}
setLanguage(language);
