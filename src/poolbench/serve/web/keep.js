// Keeps a picture, and what the models say of it, for the table of the report that is handed in.

import { nameClasses } from "./classes.js";
import { onLanguage, say } from "./words.js";

// What is shown is of none of the classes.
const NONE = "none";

// `look()` gives the picture as it is shown and how it was moved, or null; what is kept goes to
// `predictor.keep`. Gives back what is called when another picture is looked at.
export function makeKeeper(run, predictor, look) {
  const [truth, button, file, said] = ["truth", "button", "file", "said"].map((name) =>
    document.getElementById(`keep-${name}`),
  );
  let kept = null;

  function translate() {
    const chosen = truth.value;
    const choices = [new Option(say("keep-choose"), ""), new Option(say("keep-none"), NONE)];
    choices.push(...nameClasses(run).map((name, label) => new Option(name, label)));
    truth.replaceChildren(...choices);
    truth.value = chosen;
    if (kept) tell();
  }

  function tell() {
    said.textContent = say(kept.url ? "keep-said-file" : "keep-said", { count: kept.count });
    file.hidden = !kept.url;
    if (kept.url) file.href = kept.url;
  }

  button.addEventListener("click", async () => {
    const seen = look();
    if (!seen) return;
    if (!truth.value) {
      said.textContent = say("keep-choose-first");
      truth.focus();
      return;
    }
    button.disabled = true;
    try {
      const label = truth.value === NONE ? null : Number(truth.value);
      kept = await predictor.keep(seen, label, run);
      tell();
    } catch (error) {
      said.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  });
  onLanguage(translate);
  translate();
  return (label) => {
    truth.value = label ?? "";
  };
}
