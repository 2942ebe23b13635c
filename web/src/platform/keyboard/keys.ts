import * as texts from '$texts/platform';

/** One table of keys: it drives the shell and draws the help, so that the help is always true. */
export type Command = 'search' | 'help' | 'nextRegion' | 'previousRegion' | 'nextChannel' | 'previousChannel';

export interface Key {
  command: Command;
  key: string;
  /** Ctrl on most machines, Cmd on those from Apple. */
  mod?: boolean;
  alt?: boolean;
  shift?: boolean;
  /** Works while something is being written, too. */
  always?: boolean;
  label: () => string;
}

export const keys: readonly Key[] = [
  { command: 'search', key: 'k', mod: true, always: true, label: texts.keySearch },
  { command: 'nextChannel', key: 'ArrowDown', alt: true, always: true, label: texts.keyNextChannel },
  { command: 'previousChannel', key: 'ArrowUp', alt: true, always: true, label: texts.keyPreviousChannel },
  { command: 'nextRegion', key: 'F6', always: true, label: texts.keyRegions },
  { command: 'previousRegion', key: 'F6', shift: true, always: true, label: texts.keyRegionsBack },
  { command: 'help', key: '?', label: texts.keyHelp },
];

/** The command of a key press, unless the person is writing and the key belongs to the text. */
export function commandOf(event: KeyboardEvent, writing: boolean): Command | undefined {
  return keys.find((entry) => {
    const asks =
      event.key.toLowerCase() === entry.key.toLowerCase() &&
      (event.ctrlKey || event.metaKey) === (entry.mod ?? false) &&
      event.altKey === (entry.alt ?? false);
    // The question mark needs Shift on some keyboards and none on others.
    const shift = entry.key === '?' || event.shiftKey === (entry.shift ?? false);
    return asks && shift && (entry.always || !writing);
  })?.command;
}

export function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** As it stands on the keyboard: "Strg + K", "⌘ K". */
export function spell({ key, mod, alt, shift }: Key, apple: boolean): string[] {
  const names: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', k: 'K' };
  return [
    ...(mod ? [apple ? '⌘' : texts.keyCtrl()] : []),
    ...(alt ? [apple ? '⌥' : 'Alt'] : []),
    ...(shift ? [texts.keyShift()] : []),
    names[key] ?? key,
  ];
}
