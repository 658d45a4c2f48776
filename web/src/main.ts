// The console: joins the server, the state of the desk and the parts of the page.

import "../styles/index.css";

import type { Chart } from "./chart/chart";
import { startPalette } from "./chart/palette";
import { Bar } from "./desk/bar";
import { ChartTools } from "./desk/chart_tools";
import { askToken, helpDialog } from "./desk/dialogs";
import { byId } from "./desk/dom";
import { Feeds } from "./desk/feeds";
import { FeedsPage } from "./desk/feeds_page";
import { listenToKeys } from "./desk/keys";
import { Panel } from "./desk/panel";
import { Queue } from "./desk/queue";
import { followServer } from "./live";
import { publishState } from "./published_state";
import { Selection } from "./selection";
import { type Effect, isUnacknowledged, shelfOf } from "./state/alerts";
import { Desk } from "./state/desk";
import { readLink, type View, writeLink } from "./state/link";
import { Client } from "./wire/client";
import type { Alert } from "./wire/types";
import { isLanguage, language, say, sayCode, startLanguage } from "./words";
import { whom } from "./words/vessel";

const link = readLink(location.hash);
const desk = new Desk();
const client = new Client(askToken);
const announcer = byId("announcer");
let view: View | null = link.view;
let chart: Chart | null = null;
/** Whether the alert of the link was shown, or there is none: it waits for the first list. */
let isLinkOpened = link.alert === null;

startPalette();
startLanguage(link.language);

const help = helpDialog();
document.body.append(help);
const openHelp = () => help.showModal();
new Bar(byId("bar"), byId("exercise"), desk, openHelp);
const queue = new Queue(byId("queue"), desk);
new Feeds(byId("feeds"), desk);
new FeedsPage(byId("feeds-page"), desk);
const tools = new ChartTools(byId("chart-tools"), desk, () => chart);
const panel = new Panel(byId("panel"), desk, async (id, action, body) => {
  desk.take(await client.command(id, action, body));
});

listenToKeys({
  next: () => queue.move(1),
  previous: () => queue.move(-1),
  open: () => {
    if (desk.selected() === null) queue.move(1);
    panel.focus();
  },
  acknowledge: () => void panel.acknowledge(),
  close: () => {
    if (desk.page.value === null) desk.select(null);
    else desk.page.value = null;
  },
  handle: () => panel.handle(),
  help: openHelp,
  feeds: () => desk.togglePage("feeds"),
});

function announce(alert: Alert, effect: Effect): void {
  if (shelfOf(alert) !== "queue" || (effect !== "new" && effect !== "escalated")) return;
  const zone = alert.zone === null ? "" : desk.zoneName(alert.zone);
  const values = { kind: sayCode("kind", alert.kind), subjects: whom(alert), zone };
  announcer.textContent = say(effect === "new" ? "queue.new" : "queue.escalated", values);
}

/** Names the page and its chart; the title counts what waits, for a page that lies behind others. */
function entitle(): void {
  const waiting = desk.book.on("queue").filter(isUnacknowledged).length;
  byId("chart").setAttribute("aria-label", say("chart.label"));
  chart?.entitle(say("chart.label"));
  document.title = waiting > 0 ? `(${waiting}) ${say("app.title")}` : say("app.title");
}

/** Keeps the address a link to what is on the screen. */
function remember(): void {
  const alert = isLinkOpened ? desk.selectedAlert.value : link.alert;
  history.replaceState(null, "", writeLink({ alert, page: desk.page.value, view, language: language.value }));
}

/** The chart is the heaviest part: the queue stands before it comes. */
async function startChart(): Promise<void> {
  const container = byId("chart");
  const { Chart, HOME, loadPlaces } = await import("./chart/chart");
  let selection: Selection | null = null;
  try {
    chart = new Chart(container, view ?? HOME, desk.tracks, {
      coveredPx: () => panel.width,
      onPick: (picked) => selection?.pick(picked),
      onPointer: (lon, lat) => tools.point(lon, lat),
      onMove: () => tools.measure(),
      onView: (moved) => {
        view = moved;
        remember();
      },
    });
  } catch (error) {
    console.error(error);
    container.textContent = say("app.noChart");
    return;
  }
  const shown = chart;
  entitle();
  selection = new Selection(desk, client, shown, (fixes) => panel.setFixes(fixes));
  desk.zones.watch((zones) => {
    shown.setSource("zones", zones);
    const waters = desk.watchedWaters();
    shown.setHome(waters);
    if (waters.length > 0 && view === null && desk.selectedAlert.value === null && link.alert === null) shown.home();
  });
  void loadPlaces().then((places) => shown.setSource("places", places));
}

/** Shows what a link names: an alert that is no longer open is asked for by itself. */
async function openLinked(id: string): Promise<void> {
  if (desk.book.get(id) === undefined) {
    const alert = await client.alert(id).catch(() => null);
    if (alert === null) return;
    desk.take(alert);
  }
  desk.select(id);
}

/** Follows a link that was put into the address while the page stands. */
function followLink(): void {
  const { alert, page, view: linked, language: spoken } = readLink(location.hash);
  if (isLanguage(spoken)) language.value = spoken;
  if (linked !== null) chart?.go(linked);
  if (alert !== null) void openLinked(alert);
  if (desk.page.value !== page) desk.page.value = page;
}

desk.bookVersion.on(() => {
  if (isLinkOpened) return;
  isLinkOpened = true;
  if (link.alert !== null) void openLinked(link.alert);
});
desk.selectedAlert.on(() => {
  if (isLinkOpened) remember();
});
desk.page.value = link.page;
desk.page.on(remember);
desk.bookVersion.on(entitle);
language.watch(entitle);
language.on(remember);
window.addEventListener("hashchange", followLink);
publishState(desk, () => chart?.drawn ?? []);
void startChart();
void followServer(desk, client, announce);
