// The few signs of the desk, drawn as lines in the colour of the text.

import { svg } from "./dom";

type Stroke = [tag: string, attributes: Record<string, string | number>];

const path = (d: string): Stroke => ["path", { d }];
const circle = (cx: number, cy: number, r: number): Stroke => ["circle", { cx, cy, r }];

const KINDS: Record<string, Stroke[]> = {
  loitering: [path("M15.5 6.2A7 7 0 1 0 17 10.5"), path("M12.6 7.4A3.6 3.6 0 1 0 13.6 10"), path("M17.5 3v3.6h-3.6")],
  ship_to_ship: [path("M3 5.5h14l-1.8 3.4H4.8z"), path("M3 11.1h14l-1.8 3.4H4.8z")],
  dark_period: [circle(10, 12.8, 1.4), path("M6.6 9.6a4.8 4.8 0 0 1 6.8 0M4 6.6a8.6 8.6 0 0 1 12 0M3.4 16.6 16.6 3.4")],
};
const OTHER: Stroke[] = [path("M10 3.2 17.5 16.5h-15z"), path("M10 8.2v4M10 14.4v.1")];

/** The sign of a kind of alert. */
export function kindIcon(kind: string): SVGElement {
  return icon(KINDS[kind] ?? OTHER);
}

export const closeIcon = () => icon([path("M5 5l10 10M15 5 5 15")]);
export const helpIcon = () => icon([circle(10, 10, 7.2), path("M7.9 8.1a2.1 2.1 0 1 1 3 2c-.6.3-.9.7-.9 1.5M10 13.9v.1")]);
export const plusIcon = () => icon([path("M10 4.5v11M4.5 10h11")]);
export const minusIcon = () => icon([path("M4.5 10h11")]);
export const homeIcon = () => icon([path("M3.5 8V3.5H8M12 3.5h4.5V8M16.5 12v4.5H12M8 16.5H3.5V12")]);
export const checkIcon = () => icon([path("M4 10.5 8.2 14.7 16 6")]);

/** picket's own sign: what AIS and radar both see. */
export const markIcon = () => icon([circle(10, 10, 8.2), path("M10 4.4l3.3 9.2H6.7z")]);

/** Four bars, as many of them full as the severity is grave. */
export function severityBars(gravity: number): SVGElement {
  const bars = [0, 1, 2, 3].map((i) =>
    svg("rect", { x: 1 + 4 * i, y: 11 - 3 * i, width: 2.6, height: 4 + 3 * i, rx: 0.6, class: i < gravity ? "full" : "empty" }),
  );
  return svg("svg", { viewBox: "0 0 17 16", class: "bars", "data-gravity": gravity, "aria-hidden": "true" }, ...bars);
}

function icon(strokes: Stroke[]): SVGElement {
  const lines = strokes.map(([tag, attributes]) => svg(tag, attributes));
  return svg("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true" }, ...lines);
}
