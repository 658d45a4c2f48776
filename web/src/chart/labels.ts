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

const GAP = 14;
/** Clear of the corners about what is selected. */
const SELECTED_GAP = 21;
const LINE = 15;
const FONT = '500 11.5px "Be Vietnam Pro"';

export class Labels {
  readonly #layer = document.createElement("div");
  readonly #pool: HTMLElement[] = [];
  readonly #ruler = document.createElement("canvas").getContext("2d");
  readonly #widths = new Map<string, number>();
  #labels: Label[] = [];

  constructor(container: HTMLElement) {
    this.#layer.className = "labels";
    this.#layer.setAttribute("aria-hidden", "true");
    container.append(this.#layer);
  }

  /** Takes the labels, the most important first. */
  set(labels: Label[]): void {
    this.#labels = labels;
  }

  /** Forgets the widths measured: the font came late. */
  remeasure(): void {
    this.#widths.clear();
  }

  /** Places them anew; `project` gives pixels within the chart. */
  place(project: (lon: number, lat: number) => { x: number; y: number }, width: number, height: number): void {
    const taken: Box[] = [];
    let used = 0;
    for (const label of this.#labels) {
      const { x, y } = project(label.lon, label.lat);
      if (x < 0 || y < 0 || x > width || y > height) continue;
      const box = this.#candidates(label, x, y).find((candidate) => isFree(candidate, taken));
      if (box === undefined) continue;
      taken.push(box);
      this.#show(used, label, box);
      used += 1;
    }
    this.#pool.slice(used).forEach((element) => {
      element.hidden = true;
    });
  }

  /** Right, left, above, below of the symbol. */
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

function isFree(box: Box, taken: Box[]): boolean {
  return taken.every((other) => box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom);
}
