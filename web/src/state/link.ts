// What of the view a link carries: `#alert=ID&page=feeds&view=LAT,LON,ZOOM&lang=vi`.

import type { Page } from "./desk";

export interface View {
  lat: number;
  lon: number;
  zoom: number;
}

export interface Link {
  alert: string | null;
  page: Page | null;
  view: View | null;
  language: string | null;
}

export function readLink(hash: string): Link {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const alert = values.get("alert");
  return {
    alert: alert !== null && /^[0-9a-z-]{1,64}$/i.test(alert) ? alert : null,
    page: values.get("page") === "feeds" ? "feeds" : null,
    view: readView(values.get("view")),
    language: values.get("lang"),
  };
}

export function writeLink({ alert, page, view, language }: Link): string {
  const parts = [];
  if (alert !== null) parts.push(`alert=${encodeURIComponent(alert)}`);
  if (page !== null) parts.push(`page=${page}`);
  if (view !== null) parts.push(`view=${view.lat.toFixed(4)},${view.lon.toFixed(4)},${view.zoom.toFixed(2)}`);
  if (language !== null) parts.push(`lang=${language}`);
  return `#${parts.join("&")}`;
}

function readView(text: string | null): View | null {
  const [lat, lon, zoom, ...rest] = (text ?? "").split(",").map(Number);
  if (lat === undefined || lon === undefined || zoom === undefined || rest.length > 0) return null;
  const isView = Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 22;
  return isView ? { lat, lon, zoom } : null;
}
