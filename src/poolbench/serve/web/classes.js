// What every model says: one card each, the same classes in the same order in all of them.

import { formatPercent, getLanguage, say } from "./words.js";

export const MOST_ROWS = 8;

export function findLargest(values) {
  return values.indexOf(Math.max(...values));
}

// All classes in their order, or those that the models think likeliest of a picture at rest.
function chooseRows(probabilities) {
  const numbers = probabilities[0].map((_, number) => number);
  if (numbers.length <= MOST_ROWS) return numbers;
  const total = (number) => probabilities.reduce((sum, shares) => sum + shares[number], 0);
  return numbers.sort((a, b) => total(b) - total(a)).slice(0, MOST_ROWS);
}

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

// The classes as they are told in the language of the page.
export function nameClasses(run) {
  return run.class_names?.[getLanguage()] ?? run.classes;
}

export function nameModel(model) {
  return model.isFinal ? say("model-final", { variant: model.variant }) : model.variant;
}

// Builds the cards for a picture at rest; gives back what shows it moved.
export function makeCards(place, run, atRest) {
  const rows = chooseRows(atRest);
  const hasOthers = rows.length < run.classes.length;
  const cards = run.models.map((model, number) =>
    makeCard(model, rows, nameClasses(run), hasOthers, atRest[number]),
  );
  place.replaceChildren(...cards.map((card) => card.element));
  return (probabilities) => cards.forEach((card, number) => card.show(probabilities[number]));
}

function makeCard(model, rows, classes, hasOthers, atRest) {
  const element = make("table", "card");
  const caption = make("caption", "");
  const badge = make("span", "badge", say("recommended"));
  const changed = make("span", "badge changed", say("label-changed"));
  caption.append(make("span", "variant", nameModel(model)));
  // With a space, for whoever hears it or copies it.
  if (model.isRecommended && !model.isFinal) caption.append(" ", badge);
  caption.append(" ", changed);
  const body = make("tbody", "");
  const lines = rows.map((label) => makeLine(classes[label], atRest[label]));
  body.append(...lines.map((line) => line.element));
  const others = hasOthers ? makeLine(say("other-classes"), sumOthers(atRest, rows)) : null;
  if (others) body.append(others.element);
  element.append(caption, body);
  const label = findLargest(atRest);

  const show = (shares) => {
    const best = findLargest(shares);
    rows.forEach((number, place) => lines[place].show(shares[number], number === best));
    others?.show(sumOthers(shares, rows), false);
    changed.hidden = best === label;
  };
  show(atRest);
  return { element, show };
}

function sumOthers(shares, rows) {
  return Math.max(0, 1 - rows.reduce((sum, number) => sum + shares[number], 0));
}

function makeLine(name, atRest) {
  const element = make("tr", "");
  const head = make("th", "", name);
  head.scope = "row";
  const track = make("td", "track");
  const bar = make("span", "bar");
  const tick = make("span", "tick");
  tick.style.insetInlineStart = `${atRest * 100}%`;
  track.append(bar, tick);
  const share = make("td", "share");
  const number = make("data", "");
  share.append(number);
  element.append(head, track, share);
  return {
    element,
    show: (value, isBest) => {
      bar.style.inlineSize = `${value * 100}%`;
      number.value = value;
      number.textContent = formatPercent(value);
      element.classList.toggle("best", isBest);
    },
  };
}
