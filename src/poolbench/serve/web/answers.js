// What each model says, in one line each: on a small screen they stay in sight.

import { findLargest, nameClasses, nameModel } from "./classes.js";
import { formatPercent } from "./words.js";

// Most models that have a line; the cards show all of them.
const MOST_LINES = 4;

export function showAnswers(place, run, probabilities) {
  const lines = run.models.slice(0, MOST_LINES).map((model, number) => {
    const best = findLargest(probabilities[number]);
    const line = document.createElement("p");
    const who = document.createElement("span");
    const what = document.createElement("strong");
    who.textContent = nameModel(model);
    what.textContent = `${nameClasses(run)[best]}: ${formatPercent(probabilities[number][best])}`;
    line.append(who, what);
    return line;
  });
  place.replaceChildren(...lines);
  place.hidden = false;
}
