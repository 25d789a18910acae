// Ties the parts together: a picture is chosen, moved, and judged by all models.

import { showAnswers } from "./answers.js";
import { findLargest, makeCards, nameClasses, nameModel } from "./classes.js";
import { cutOut, hasShape, makeCropper, openPhoto } from "./crop.js";
import { makeSheet } from "./draw.js";
import { makeKeeper } from "./keep.js";
import { makeMap } from "./map.js";
import { limit, shift } from "./picture.js";
import { listenForFiles, listPictures, makeGallery } from "./sources.js";
import { makeStage } from "./stage.js";
import { formatPercent, formatShift, onLanguage, say } from "./words.js";

const find = (id) => document.getElementById(id);

function tell(error) {
  find("error").textContent = error.message;
  find("error").hidden = false;
}

function start({ run, pictures }, predictor) {
  if (!run.models.length) return showNothing(run);
  // What is looked at: the picture at rest, where it is, and what was said of it.
  const state = { picture: null, down: 0, right: 0, mode: "circular", atRest: null };
  // What the models said last, and of which shift: the picture may be further by now.
  let said = null;
  let showCards = () => {};
  let isBusy = false;
  let isStale = false;

  const stage = makeStage(find("stage"), document, { onMove: moveBy, onBack: () => moveTo(0, 0) });
  const map = makeMap(find("map"), find("map-text"), predictor.predict, moveTo);
  const held = listPictures(run, pictures);
  const markKept = makeKeeper(run, predictor, () => {
    const { picture, down, right, mode } = state;
    return picture && { picture: shift(picture, down, right, mode), down, right, mode };
  });
  const markChosen = makeGallery(find("gallery"), held, () => nameClasses(run), (one) => {
    closePhoto();
    choose(one, one.label);
  });

  async function choose(picture, label = null) {
    Object.assign(state, { picture, label, down: 0, right: 0, atRest: null });
    find("error").hidden = true;
    markChosen(picture);
    markKept(label);
    stage.show(picture);
    map.mark(0, 0);
    const found = await predictor.predict(picture.pixels);
    if (state.picture !== picture) return;
    state.atRest = found.map(([shares]) => shares);
    said = { shares: state.atRest, down: 0, right: 0 };
    build();
    if (state.down || state.right) update();
    fillMap();
  }

  function build() {
    const truth = state.label === null ? "" : say("truth", { name: nameClasses(run)[state.label] });
    find("truth").textContent = truth || say("own-picture");
    if (!state.atRest) return;
    showCards = makeCards(find("cards"), run, state.atRest);
    speak();
  }

  function speak() {
    const { shares, down, right } = said;
    showCards(shares);
    showAnswers(find("answers"), run, shares);
    const best = findLargest(shares[0]);
    const answer = `${nameClasses(run)[best]}: ${formatPercent(shares[0][best])}`;
    find("spoken").textContent = `${answer} · ${formatShift(down, right)}`;
  }

  function moveBy(down, right) {
    moveTo(state.down + down, state.right + right);
  }

  function moveTo(down, right) {
    if (!state.picture) return;
    state.down = limit(down, run.height, state.mode);
    state.right = limit(right, run.width, state.mode);
    map.mark(state.down, state.right);
    update();
  }

  // While an answer is awaited only the last of further moves is remembered.
  async function update() {
    const moved = shift(state.picture, state.down, state.right, state.mode);
    stage.show(moved);
    isStale = true;
    if (isBusy || !state.atRest) return;
    isBusy = true;
    try {
      while (isStale && state.atRest) {
        isStale = false;
        const { picture, down, right, mode } = state;
        const found = await predictor.predict(shift(picture, down, right, mode).pixels);
        if (picture !== state.picture) continue;
        said = { shares: found.map(([shares]) => shares), down, right };
        speak();
      }
    } catch (error) {
      tell(error);
    } finally {
      isBusy = false;
    }
  }

  function fillMap() {
    const model = find("map-model").selectedIndex;
    if (!state.atRest) return;
    map
      .fill(state.picture, state.mode, model, () => nameClasses(run), state.atRest[model])
      .catch(tell);
  }

  const look = (pixels) => choose({ height: run.height, width: run.width, pixels });

  // The photograph that is cropped: the file, the browser's own copy, and the square.
  let photo = null;
  const cropper = makeCropper(find("photo"), find("crop-size"), run, (frame) => {
    photo.frame = frame;
    document.querySelector("[name=cut][value=cut]").checked = true;
    lookAtPhoto();
  });
  // While one square is looked at only the last of further ones is remembered.
  let isCutting = false;
  let isMoved = false;
  async function lookAtPhoto() {
    isMoved = true;
    if (isCutting) return;
    isCutting = true;
    try {
      while (isMoved) {
        isMoved = false;
        const isWhole = document.querySelector("[name=cut]:checked").value === "whole";
        const mine = photo;
        const pixels = isWhole
          ? await predictor.prepare(mine.blob, run, run.fit)
          : cutOut(mine.canvas, mine.frame, run);
        if (mine === photo) await look(pixels);
      }
    } catch (error) {
      tell(error);
    } finally {
      isCutting = false;
    }
  }

  function closePhoto() {
    photo = null;
    find("cropping").hidden = true;
  }

  async function take(blob) {
    try {
      // Also where the browser knows the format: the limits are those of whoever predicts.
      const pixels = await predictor.prepare(blob, run, run.fit === "squash" ? "crop" : run.fit);
      const canvas = await openPhoto(blob);
      const isOdd = canvas && !hasShape(canvas, run);
      if (isOdd) {
        photo = { blob, canvas, frame: null };
        photo.frame = cropper.open(canvas);
        const way = run.fit === "pad" ? "whole" : "cut";
        document.querySelector(`[name=cut][value=${way}]`).checked = true;
        find("cropping").hidden = false;
      } else {
        closePhoto();
      }
      await look(pixels);
    } catch (error) {
      tell(error);
    }
  }

  // What is drawn has the shape of the network.
  async function takeDrawing(blob) {
    closePhoto();
    try {
      await look(await predictor.prepare(blob, run, run.fit));
    } catch (error) {
      tell(error);
    }
  }

  function translate() {
    find("source").textContent = say("source", {
      source: run.source,
      models: run.models.length,
      height: run.height,
      width: run.width,
    });
    find("cut-whole").textContent = say(`cut-whole-${run.fit}`);
    find("scale-low").textContent = formatPercent(0);
    find("scale-high").textContent = formatPercent(1);
    const chosen = Math.max(0, find("map-model").selectedIndex);
    find("map-model").replaceChildren(...run.models.map((model) => new Option(nameModel(model))));
    find("map-model").selectedIndex = chosen;
    if (state.picture) build();
    map.describe();
  }

  listenForFiles(find("drop"), find("file"), take);
  let isDrawn = false;
  find("draw").addEventListener("click", () => {
    const isOpen = find("drawing").toggleAttribute("hidden") === false;
    find("draw").setAttribute("aria-expanded", String(isOpen));
    if (isOpen) find("paper").focus();
    if (isDrawn) return;
    isDrawn = true;
    const tools = { color: "pen-color", width: "pen-width", background: "paper-color", wipe: "wipe" };
    const found = Object.fromEntries(Object.entries(tools).map(([name, id]) => [name, find(id)]));
    makeSheet(find("paper"), found, takeDrawing);
  });
  for (const radio of document.querySelectorAll("[name=cut]")) {
    radio.addEventListener("change", lookAtPhoto);
  }
  find("map-model").addEventListener("change", fillMap);
  for (const radio of document.querySelectorAll("[name=mode]")) {
    radio.addEventListener("change", () => {
      state.mode = radio.value;
      moveTo(state.down, state.right);
      fillMap();
    });
  }
  onLanguage(translate);
  find("report").hidden = !run.hasReport;
  find("loading").hidden = true;
  find("try").hidden = false;
  translate();
  return choose(held[0], held[0].label);
}

// No model came of a study whose networks learned nothing; its report says why.
function showNothing(run) {
  find("nothing").hidden = false;
  find("report").hidden = !run.hasReport;
  find("loading").hidden = true;
}

try {
  const predictor = await import(`./${document.body.dataset.predictor}.js`);
  const opened = await predictor.open();
  if (opened) await start(opened, predictor);
} catch (error) {
  find("loading").hidden = true;
  tell(error);
}
