/** What an act changed, field by field, for people to read. Pure. */
export interface Difference {
  field: string;
  before: string | undefined;
  after: string | undefined;
}

const LONGEST = 120;
/** They say nothing that a person could use. */
const HIDDEN = ['id', 'version', 'brand_id', 'group_id', 'slug', 'stream'];

export function differences(before: unknown, after: unknown): Difference[] {
  const [old, fresh] = [record(before), record(after)];
  const fields = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return fields
    .filter((field) => !HIDDEN.includes(field))
    .map((field) => ({ field, before: write(old[field]), after: write(fresh[field]) }))
    .filter((one) => one.before !== one.after);
}

function record(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : { value };
}

function write(value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const letters = [...text];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST).join('')}…` : text;
}
