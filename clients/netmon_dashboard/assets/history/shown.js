/** @file What the chart shows, for the head of the page, which is a component of its own: its "Copy as CLI". */

/** @type {{command: string[]|null, socket: string}} words of the command; null while nothing is shown */
export const shown = { command: null, socket: "" };
