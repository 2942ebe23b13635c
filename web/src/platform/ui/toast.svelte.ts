export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'danger';
  action?: { label: string; act: () => void };
}

const SHOWN_MS = 6000;
const MOST = 3;

class Toasts {
  list = $state<Toast[]>([]);
}

export const toasts = new Toasts();
let last = 0;

/** Says something that needs no answer. A toast with an action stays until it is closed. */
export function toast(text: string, options: Partial<Omit<Toast, 'id' | 'text'>> = {}): void {
  const id = ++last;
  toasts.list = [...toasts.list, { id, text, tone: 'plain' as const, ...options }].slice(-MOST);
  if (!options.action) setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  toasts.list = toasts.list.filter((one) => one.id !== id);
}
