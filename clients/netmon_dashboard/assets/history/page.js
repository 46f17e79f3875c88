/** @file The History page's part under the common head: none. Streamlit draws it, and the chart is a component. */

import { shellWord } from "../frame/cli.js";
import { shown } from "./shown.js";

export function create() {
  return { update() {}, destroy() {} };
}

/** The command that shows the same; history is the recorder's, so its socket is named where it is not the usual. */
export function cliCommand() {
  const words = shown.command ?? ["history"];
  const socket = shown.socket === "" ? "" : `NETMON_RECORDER_SOCKET=${shellWord(shown.socket)} `;
  return `${socket}${["netmon-cli", ...words].map(shellWord).join(" ")}`;
}
