// A value that tells its listeners when it was set.

export class Signal<T> {
  #value: T;
  readonly #listeners: ((value: T) => void)[] = [];

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    this.#value = value;
    this.#listeners.forEach((listener) => listener(value));
  }

  /** Calls the listener at each change from now on. */
  on(listener: (value: T) => void): void {
    this.#listeners.push(listener);
  }

  /** Calls the listener now and at each change. */
  watch(listener: (value: T) => void): void {
    listener(this.#value);
    this.on(listener);
  }
}
