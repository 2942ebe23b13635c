/** What an act changed, field by field, for people to read. Pure. */
export interface Difference {
  field: string;
  before: unknown;
  after: unknown;
}

/**
 * What means something to a person, in the order of reading. The entry holds more (ids, versions, what follows from other
 * fields); the API tells all of it.
 */
const SHOWN = [
  ...['group', 'groups', 'name', 'title', 'email', 'domain', 'max_uses', 'kind', 'topic', 'description', 'body'],
  ...['local_start', 'time_zone', 'duration_minutes', 'capacity', 'colour', 'default_language', 'logo'],
  ...['role', 'group_role', 'brand_role', 'is', 'muted_until', 'state', 'archived', 'closed', 'value'],
];
/** Where something happened is worth a line even when it stays the same. */
const PLACE = 'group';

export function differences(before: unknown, after: unknown): Difference[] {
  const [old, fresh] = [record(before), record(after)];
  return SHOWN.map((field) => ({ field, before: old[field] ?? '', after: fresh[field] ?? '' })).flatMap((one) => {
    const same = JSON.stringify(one.before) === JSON.stringify(one.after);
    if (!same) return [one];
    return one.field === PLACE && one.after !== '' ? [{ ...one, before: '' }] : [];
  });
}

function record(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : { value };
}
