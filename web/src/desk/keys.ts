// The keyboard: single letters work everywhere but where one types.

export interface Commands {
  next: () => void;
  previous: () => void;
  open: () => void;
  acknowledge: () => void;
  handle: () => void;
  close: () => void;
  help: () => void;
  feeds: () => void;
}

export function listenToKeys(commands: Commands): void {
  const byKey: Record<string, () => void> = {
    j: commands.next,
    ArrowDown: commands.next,
    k: commands.previous,
    ArrowUp: commands.previous,
    Enter: commands.open,
    a: commands.acknowledge,
    h: commands.handle,
    Escape: commands.close,
    "?": commands.help,
    f: commands.feeds,
  };
  document.addEventListener("keydown", (event) => {
    const command = byKey[event.key];
    if (command === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]") !== null || isTaken(event)) return;
    event.preventDefault();
    command();
  });
}

/** Whether the focused element has its own use for the key. */
function isTaken({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input, textarea, select")) return key !== "Escape";
  if (key === "Enter") return target.matches("button, a, summary");
  return key.startsWith("Arrow") && !target.matches("body, #entries");
}
