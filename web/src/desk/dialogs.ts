// The two pages over the desk: keys and symbols, and the question for a token.

import { VECTOR_MINUTES } from "../chart/track_symbols";
import { type Key, language, say } from "../words";
import { h, svg } from "./dom";
import { closeIcon } from "./icons";

const KEYS: [keys: string[], text: Key][] = [
  [["j"], "help.next"],
  [["k"], "help.previous"],
  [["Enter"], "help.open"],
  [["a"], "help.acknowledge"],
  [["h"], "help.handle"],
  [["f"], "help.feeds"],
  [["Esc"], "help.close"],
  [["?"], "help.help"],
];

const TRIANGLE = "M12 3l5 15H7z";
const SYMBOLS: [strokes: string, text: Key, tone?: string][] = [
  [TRIANGLE, "help.symbol.ais"],
  ["M5 12a7 7 0 1 0 14 0a7 7 0 1 0-14 0", "help.symbol.radar", "radar"],
  ["M12 6l3.6 10H8.4zM3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0", "help.symbol.fused"],
  ["M12 8l4 13H8zM12 8V1", "help.symbol.vector"],
  [`${TRIANGLE}M5 5l14 14M19 5L5 19`, "help.symbol.lost", "lost"],
  [TRIANGLE, "help.symbol.alert", "alarm"],
  ["M12 4l8 8-8 8-8-8zM12 11.5v1", "help.symbol.place", "alarm"],
  ["M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5", "help.symbol.selected", "selected"],
  ["M12 5l7 7-7 7-7-7z", "help.symbol.aid", "aid"],
  ["M6 6h12v12H6zM12 11.5v1", "help.symbol.base", "aid"],
];

export function helpDialog(): HTMLDialogElement {
  const dialog = h("dialog", { class: "help" });
  const symbol = (strokes: string, tone = "ais") =>
    svg("svg", { viewBox: "0 0 24 24", class: `symbol ${tone}`, "aria-hidden": "true" }, svg("path", { d: strokes }));
  language.watch(() => {
    const keys = KEYS.map(([names, text]) => h("div", {}, h("dt", {}, ...names.map((name) => h("kbd", {}, name))), h("dd", {}, say(text))));
    const symbols = SYMBOLS.map(([strokes, text, tone]) => h("li", {}, symbol(strokes, tone), say(text, { minutes: VECTOR_MINUTES })));
    dialog.replaceChildren(
      h("header", {}, h("h2", {}, say("help.title")), closeButton(dialog)),
      h("section", {}, h("h3", {}, say("help.keys")), h("dl", {}, ...keys)),
      h("section", {}, h("h3", {}, say("help.symbols")), h("ul", {}, ...symbols), h("p", {}, say("help.honest"))),
    );
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
}

function closeButton(dialog: HTMLDialogElement): HTMLElement {
  return h("button", { type: "button", class: "plain", "aria-label": say("panel.close"), onclick: () => dialog.close() }, closeIcon());
}

/** Asks for a token until one is typed. */
export function askToken(wasRefused: boolean): Promise<string> {
  const input = h("input", { type: "password", autocomplete: "off", spellcheck: "false", id: "token", required: true });
  const form = h(
    "form",
    {},
    h("h2", {}, say("token.title")),
    h("p", {}, say("token.text")),
    wasRefused && h("p", { class: "refused", role: "alert" }, say("token.refused")),
    h("label", { for: "token" }, say("token.label")),
    input,
    h("button", { type: "submit", class: "primary" }, say("token.submit")),
  );
  const dialog = h("dialog", { class: "token" }, form);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((done) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const token = input.value.trim();
      if (token === "") return;
      dialog.remove();
      done(token);
    });
  });
}
