/** F6 goes around the large parts of the screen; each part's first reachable control takes the focus. */
const REGIONS = '.side, main .talk, main aside, main .page, .tabs';
const REACHABLE = 'a[href], button:not([disabled]), input, textarea, select, [tabindex="0"]';

export function cycleRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>(REGIONS)].filter((one) => one.offsetParent !== null);
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions.at((at < 0 ? 0 : at + step) % regions.length);
  // In a talk, writing is what people come for.
  const first = next?.querySelector<HTMLElement>('textarea') ?? next?.querySelector<HTMLElement>(REACHABLE);
  first?.focus();
}
