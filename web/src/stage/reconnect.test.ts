import { expect, test } from 'vitest';
import { HEALS_WITHIN_MS, MOST_RESTARTS, nextStep } from './reconnect';

const half = () => 0.5;

test('a stumble is given time to heal, a failure is answered at once, both by an ICE restart', () => {
  expect(nextStep({ cause: 'disconnected', restarts: 0, fresh: 0 }, half)).toEqual({
    kind: 'restart',
    waitMs: HEALS_WITHIN_MS,
  });
  expect(nextStep({ cause: 'failed', restarts: 1, fresh: 0 }, half)).toEqual({ kind: 'restart', waitMs: 0 });
});

test('when restarts do not help, or the server has forgotten the connection, a fresh one is made', () => {
  expect(nextStep({ cause: 'failed', restarts: MOST_RESTARTS, fresh: 0 }, half).kind).toBe('fresh');
  expect(nextStep({ cause: 'gone', restarts: 0, fresh: 0 }, half).kind).toBe('fresh');
  expect(nextStep({ cause: 'refused', restarts: 0, fresh: 0 }, half).kind).toBe('fresh');
});

test('waits are drawn from nothing to a ceiling that doubles up to ten seconds', () => {
  const ceilings = [0, 1, 2, 3, 4, 5, 9].map(
    (fresh) => nextStep({ cause: 'gone', restarts: 0, fresh }, () => 1).waitMs,
  );
  expect(ceilings).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  expect(nextStep({ cause: 'gone', restarts: 0, fresh: 9 }, () => 0).waitMs).toBe(0);
});
