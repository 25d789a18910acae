// What the page says, in the language that the person chose.

const catalogue = await (await fetch("texts.json")).json();
const listeners = [];
let language = document.documentElement.lang;

export function say(key, values = {}) {
  return catalogue[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function getLanguage() {
  return language;
}

export function formatPercent(share) {
  // Never 100 % for what is not certain, never 0 % for what is possible.
  const options = { style: "percent", maximumFractionDigits: share > 0.99 || share < 0.01 ? 2 : 0 };
  return new Intl.NumberFormat(language, options).format(share);
}

export function formatDuration(seconds) {
  const whole = Math.round(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours) return say("duration-hours", { hours, minutes: two(minutes) });
  if (minutes) return say("duration-minutes", { minutes, seconds: two(whole % 60) });
  return say("duration-seconds", { seconds: whole });
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
