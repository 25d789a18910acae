// What the page says, in the language that the person chose.

const catalogue = await (await fetch("texts.json")).json();
const listeners = [];
let language = document.documentElement.lang;

export function say(key, values = {}) {
  // {name}, or {name:02d} for two digits.
  return catalogue[language][key].replace(/\{(\w+)(:02d)?\}/g, (_, name, isPadded) =>
    isPadded ? String(values[name]).padStart(2, "0") : values[name],
  );
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

export function setLanguage(chosen) {
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
  for (const listener of listeners) listener();
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => setLanguage(button.dataset.language));
  button.setAttribute("aria-pressed", String(button.dataset.language === language));
}
