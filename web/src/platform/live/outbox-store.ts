import { openDB, type DBSchema } from 'idb';
import type { OutboxStore, Pending } from './outbox';

interface Schema extends DBSchema {
  outbox: { key: string; value: Pending };
}

/** One database per account, so that the next person at this browser never sends another one's words. */
const open = (account: string) =>
  openDB<Schema>(`guildhall-${account}`, 1, {
    upgrade: (database) => void database.createObjectStore('outbox', { keyPath: 'client_key' }),
  });

export function outboxStore(account: string): OutboxStore {
  const opened = open(account);
  return {
    all: async () => (await opened).getAll('outbox'),
    put: async (pending) => (await opened).put('outbox', structuredClone(pending)),
    delete: async (clientKey) => (await opened).delete('outbox', clientKey),
  };
}

export async function forgetOutbox(account: string): Promise<void> {
  await (await open(account)).clear('outbox');
}
