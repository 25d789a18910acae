// Predicts by asking the server that the page came from.

import { getLanguage, say } from "./words.js";

async function ask(place, options = {}) {
  let answer;
  try {
    answer = await fetch(place, { ...options, headers: { "Accept-Language": getLanguage() } });
  } catch {
    throw new Error(say("no-server"));
  }
  if (!answer.ok) {
    const { error } = await answer.json().catch(() => ({}));
    throw new Error(error ?? say("server-failed", { status: answer.status }));
  }
  return answer;
}

export async function open() {
  const run = await (await ask("run.json")).json();
  if (run.progress) {
    const { watch } = await import("./progress.js");
    watch(run.progress);
    return null;
  }
  const pictures = new Uint8Array(await (await ask("pictures.bin")).arrayBuffer());
  return { run, pictures };
}

// `fit`: how it is brought to the size of the network.
export async function prepare(blob, run, fit) {
  if (blob.size > run.uploadBytes) {
    throw new Error(say("too-large", { most: run.uploadBytes / 1e6 }));
  }
  const answer = await ask(`picture?fit=${fit}`, { method: "POST", body: blob });
  return new Uint8Array(await answer.arrayBuffer());
}

// Keeps a picture as it is shown in the run; gives back how many there are.
export async function keep({ picture, down, right, mode }, truth) {
  const known = truth === null ? {} : { truth };
  const place = `keep?${new URLSearchParams({ down, right, mode, ...known })}`;
  return (await ask(place, { method: "POST", body: picture.pixels })).json();
}

// Probabilities [models][pictures][classes]; of all models unless one is wanted.
export async function predict(pixels, model = null) {
  const place = model === null ? "predict" : `predict?model=${model}`;
  const answer = await ask(place, { method: "POST", body: pixels });
  return (await answer.json()).probabilities;
}
