import { readDraft, writeDraft } from '$platform/store/drafts';

/** A question or article that is being written survives a switch, a reload and an expired log-in. */
export interface ThreadDraft {
  title: string;
  body: string;
  tags: string;
}

export function keptThread(place: string): ThreadDraft {
  const blank = { title: '', body: '', tags: '' };
  try {
    const found: unknown = JSON.parse(readDraft(place) || '{}');
    return { ...blank, ...(found as Partial<ThreadDraft>) };
  } catch {
    return blank;
  }
}

export function keepThread(place: string, draft: ThreadDraft): void {
  const blank = draft.title === '' && draft.body === '' && draft.tags === '';
  writeDraft(place, blank ? '' : JSON.stringify(draft));
}
