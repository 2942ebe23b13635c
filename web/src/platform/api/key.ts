const BYTES = 16;

/** A key that makes a repeated write return the first result. Needs no secure origin, unlike `randomUUID`. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(BYTES))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
