import { zoneRegion } from './regions';

/**
 * Wall time plus zone: a webinar is at 10:00 in Berlin whatever the clocks do until then, instants are computed. The
 * browser knows every zone's rules; asking Intl for the offset twice finds the instant of a wall time.
 */
export interface WallTime {
  at: Date;
  /** `skipped`: the clocks jump over it, the moment meant is after the jump. `twice`: they go back; the first is meant. */
  kind: 'plain' | 'skipped' | 'twice';
}

const DAY_MS = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** The instant of `2026-12-03T10:00` in a zone. Undefined where that is no date, or the zone is unknown. */
export function wallTime(local: string, zone: string): WallTime | undefined {
  const asUtc = Date.parse(`${local.slice(0, 16)}:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(local) || Number.isNaN(asUtc) || !isZone(zone)) return undefined;
  const before = offsetMs(asUtc - DAY_MS, zone);
  const after = offsetMs(asUtc + DAY_MS, zone);
  const fits = [...new Set([before, after])]
    .map((offset) => asUtc - offset)
    .filter((at) => at + offsetMs(at, zone) === asUtc);
  if (fits.length === 0) return { at: new Date(asUtc - before), kind: 'skipped' };
  return { at: new Date(Math.min(...fits)), kind: fits.length > 1 ? 'twice' : 'plain' };
}

/** What a clock in the zone shows at an instant, as `2026-12-03T10:00`. */
export function localTime(at: string | Date, zone: string): string {
  const instant = new Date(at).getTime();
  return new Date(instant + offsetMs(instant, zone)).toISOString().slice(0, 16);
}

function offsetMs(instant: number, zone: string): number {
  const parts = Object.fromEntries(
    formatter(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<string, number>;
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

function formatter(zone: string): Intl.DateTimeFormat {
  let found = formatters.get(zone);
  if (!found) {
    const digits = { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
    found = new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric', ...digits, hourCycle: 'h23' });
    formatters.set(zone, found);
  }
  return found;
}

export function isZone(zone: string): boolean {
  try {
    return zone !== '' && formatter(zone) !== undefined;
  } catch {
    return false;
  }
}

/** All zones that the browser knows, under their region, with `current` in any case. */
export function zoneOptions(current: string): { value: string; label: string; heading: string }[] {
  const zones = new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), ...(current ? [current] : [])]);
  return [...zones]
    .map((value) => ({ value, label: cityOf(value), heading: zoneRegion(value) }))
    .sort((a, b) => a.heading.localeCompare(b.heading) || a.label.localeCompare(b.label));
}

/** Berlin, Buenos Aires: the way people name a zone. */
export function cityOf(zone: string): string {
  return zone.split('/').slice(1).reverse().join(', ').replaceAll('_', ' ') || zone;
}
