// Names beside symbols: placed so that none covers another, the important first; those that find no place are left out.

export interface Label {
  lon: number;
  lat: number;
  text: string;
  /** A second, fainter line. */
  detail?: string;
  tone: "alert" | "selected" | "plain" | "evidence";
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** These are shown even where they cover a symbol. */
const ESSENTIAL: Label["tone"][] = ["selected", "evidence"];
const GAP = 14;
/** Clear of the corners about what is selected. */
const SELECTED_GAP = 21;
/** Half of what a symbol takes. */
const SYMBOL = 6;
const LINE = 15;
const FONT = '500 11.5px "Be Vietnam Pro"';

export class Labels {
  readonly #layer = document.createElement("div");
  readonly #pool: HTMLElement[] = [];
  readonly #ruler = document.createElement("canvas").getContext("2d");
  readonly #widths = new Map<string, number>();
  #labels: Label[] = [];
  #symbols: [lon: number, lat: number][] = [];

  constructor(container: HTMLElement) {
    this.#layer.className = "labels";
    this.#layer.setAttribute("aria-hidden", "true");
    container.append(this.#layer);
  }

  /** Takes the labels, the most important first, and the symbols to leave free where there is room. */
  set(labels: Label[], symbols: [lon: number, lat: number][]): void {
    this.#labels = labels;
    this.#symbols = symbols;
  }

  /** Forgets the widths measured: the font came late. */
  remeasure(): void {
    this.#widths.clear();
  }

  /** Places them anew within so many pixels; `project` gives pixels within the chart. */
  place(project: (lon: number, lat: number) => { x: number; y: number }, width: number, height: number): void {
    const symbols = this.#symbols.map(([lon, lat]) => symbolBox(project(lon, lat)));
    const taken: Box[] = [];
    let used = 0;
    for (const label of this.#labels) {
      const { x, y } = project(label.lon, label.lat);
      if (x < 0 || y < 0 || x > width || y > height) continue;
      const free = this.#candidates(label, x, y).filter((box) => isFree(box, taken));
      const clear = free.find((box) => box.right < width && box.left > 0 && box.bottom < height && isFree(box, symbols));
      const box = clear ?? (ESSENTIAL.includes(label.tone) ? free[0] : undefined);
      if (box === undefined) continue;
      taken.push(box);
      this.#show(used, label, box);
      used += 1;
    }
    this.#pool.slice(used).forEach((element) => {
      element.hidden = true;
    });
  }

  /** Right, left, above, below of the symbol, then the corners between. */
  #candidates(label: Label, x: number, y: number): Box[] {
    const width = Math.max(this.#width(label.text), this.#width(label.detail ?? "")) + 4;
    const height = label.detail === undefined ? LINE : 2 * LINE;
    const gap = label.tone === "selected" ? SELECTED_GAP : GAP;
    const at = (left: number, top: number) => ({ left, top, right: left + width, bottom: top + height });
    return [
      at(x + gap, y - height / 2),
      at(x - gap - width, y - height / 2),
      at(x - width / 2, y - gap - height),
      at(x - width / 2, y + gap),
      at(x + gap, y + 4),
      at(x + gap, y - height - 4),
      at(x - gap - width, y + 4),
      at(x - gap - width, y - height - 4),
    ];
  }

  #width(text: string): number {
    let width = this.#widths.get(text);
    if (width === undefined) {
      if (this.#ruler !== null) this.#ruler.font = FONT;
      width = Math.ceil(this.#ruler?.measureText(text).width ?? 7 * text.length);
      if (this.#widths.size > 5000) this.#widths.clear();
      this.#widths.set(text, width);
    }
    return width;
  }

  #show(at: number, label: Label, box: Box): void {
    const element = this.#pool[at] ?? this.#grow();
    const [text, detail] = element.children;
    if (text !== undefined && text.textContent !== label.text) text.textContent = label.text;
    if (detail !== undefined && detail.textContent !== (label.detail ?? "")) detail.textContent = label.detail ?? "";
    element.dataset["tone"] = label.tone;
    element.style.transform = `translate(${Math.round(box.left)}px, ${Math.round(box.top)}px)`;
    element.hidden = false;
  }

  #grow(): HTMLElement {
    const element = document.createElement("div");
    element.append(document.createElement("span"), document.createElement("small"));
    this.#layer.append(element);
    this.#pool.push(element);
    return element;
  }
}

function symbolBox({ x, y }: { x: number; y: number }): Box {
  return { left: x - SYMBOL, top: y - SYMBOL, right: x + SYMBOL, bottom: y + SYMBOL };
}

function isFree(box: Box, taken: Box[]): boolean {
  return taken.every((other) => box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom);
}
