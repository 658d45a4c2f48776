// Waiting before another try: longer each time, never the same for two seats.

const FIRST_MS = 500;
const LONGEST_MS = 10_000;

export class Backoff {
  #tries = 0;

  reset(): void {
    this.#tries = 0;
  }

  wait(): Promise<void> {
    const span = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries);
    this.#tries += 1;
    return new Promise((done) => setTimeout(done, span * (0.75 + Math.random() / 2)));
  }
}
