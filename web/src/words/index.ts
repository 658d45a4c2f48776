// The language on the screen, and its words; `code` names of the wire are looked up by their family.

import { Signal } from "../state/signal";
import { en } from "./en";
import { vi } from "./vi";

export type Key = keyof typeof en;
export type Language = "vi" | "en";
export type Values = Record<string, string | number>;

export const DICTIONARIES: Record<Language, Record<Key, string>> = { vi, en };

const LANGUAGE_KEY = "picket.language";

export const language = new Signal<Language>("vi");

/** Begins in the language of the link, else the one last used, else the browser's; keeps what is chosen. */
export function startLanguage(linked: string | null): void {
  const wanted = [linked, localStorage.getItem(LANGUAGE_KEY)].find(isLanguage);
  language.value = wanted ?? (navigator.language.startsWith("vi") ? "vi" : "en");
  language.watch((chosen) => {
    localStorage.setItem(LANGUAGE_KEY, chosen);
    document.documentElement.lang = chosen;
  });
}

export function isLanguage(text: string | null | undefined): text is Language {
  return text === "vi" || text === "en";
}

export function isKey(key: string): key is Key {
  return key in en;
}

/** The text of a key, with `{names}` replaced by the values. */
export function say(key: Key, values: Values = {}): string {
  return DICTIONARIES[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The text of a wire's code such as `kind` `loitering`; a code this console does not know is shown as it came. */
export function sayCode(family: string, code: string): string {
  const key = `${family}.${code}`;
  return isKey(key) ? say(key) : code.replaceAll("_", " ");
}
