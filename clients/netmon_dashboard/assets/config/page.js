/** @file The part of the Config page that is this browser's and the collector's; what is the recorder's stands below. */

import { REFRESH_SECONDS } from "../data/settings.js";
import { keepTheme, keptTheme } from "../data/theme.js";
import { h, setText } from "../dom.js";
import { PAGES } from "../frame/address.js";
import { StatusView } from "../frame/status_view.js";

const ASK_MILLISECONDS = 5000;
const UNITS = [
  ["si", "kB, MB; speeds in kB/s"],
  ["bit", "kB, MB; speeds in kbit/s"],
  ["iec", "KiB, MiB; speeds in KiB/s"],
];

const THEME_WORDS = [
  ["System", "as the system has it"],
  ["Light", "light"],
  ["Dark", "dark"],
];

/** @param {HTMLElement} root @param {object} context as the frame gives it */
export function create(root, context) {
  const { store, link } = context;
  const units = select("Units", UNITS, (value) => store.setView({ units: value }));
  const refresh = select("Refresh", REFRESH_SECONDS.map((s) => [String(s), `every ${s} s`]), (value) => store.setView({ refreshSeconds: Number(value) }));
  const names = h("input", { type: "checkbox", onchange: () => store.setView({ hideNames: names.checked }) });
  const status = new StatusView();
  const note = h("p", { class: "nm-dim" });
  const theme = select("Theme", THEME_WORDS, (value) => wear(value, context));
  theme.set(keptTheme(storage(), location.pathname));
  root.append(
    h(
      "div",
      { class: "nm-config" },
      h(
        "section",
        { class: "nm-card nm-config-card" },
        h("h2", null, "This browser"),
        theme.element,
        units.element,
        refresh.element,
        h("label", { class: "nm-config-line" }, h("span", null, "Hide domains on screen"), names),
      ),
      h("section", { class: "nm-card nm-config-card" }, h("h2", null, "Collector and doctor"), note, status.element),
    ),
  );
  const view = { units, refresh, names, status, note, known: null, isGone: false };
  const ask = () => askFor(view, store, link);
  const timer = setInterval(ask, ASK_MILLISECONDS);
  ask();
  show(view, store);
  return {
    update: (kind) => {
      if (kind === "hello" || kind === "state") ask();
      if (kind !== "tick") show(view, store);
    },
    destroy: () => {
      view.isGone = true;
      clearInterval(timer);
    },
  };
}

/** The document begins anew: Streamlit reads its theme then. */
function wear(theme, { announce }) {
  if (keepTheme(storage(), Object.values(PAGES), theme)) location.reload();
  else announce("This browser keeps nothing, so the theme cannot be chosen here");
}

function storage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null; // reading the property alone throws where storage is refused
  }
}

/** The doctor says the same in a terminal. */
export function cliCommand(context) {
  return context.cli(["doctor"]);
}

async function askFor(view, store, link) {
  if (document.hidden || !store.connected) return;
  try {
    view.known = await link.ask("status");
  } catch {
    view.known = null; // the state says why
  }
  if (!view.isGone) show(view, store);
}

function show({ units, refresh, names, status, note, known }, store) {
  const { view, state, hello } = store;
  units.set(view.units);
  refresh.set(String(view.refreshSeconds));
  names.checked = view.hideNames;
  const isLive = state?.state === "live";
  note.hidden = isLive;
  setText(note, isLive || !state ? "" : `${state.title}. ${state.text} ${state.command ? `Type: ${state.command}` : ""}`);
  status.show({
    status: known,
    limits: known?.degraded ?? hello?.degraded ?? [],
    notes: [],
    version: hello?.version ?? "",
    units: view.units,
    share: store.share ?? null,
    unattributed: store.unattributed ?? [],
    words: hello?.words,
    codes: hello?.codes,
  });
}

function select(label, options, onchange) {
  const field = h("select", { class: "nm-select" }, options.map(([value, text]) => h("option", { value }, text)));
  field.addEventListener("change", () => onchange(field.value));
  return {
    element: h("label", { class: "nm-config-line" }, h("span", null, label), field),
    set(value) {
      if (field.value !== value) field.value = value;
    },
  };
}
