import { readForm, writeForm } from '$platform/store/drafts';

/** A question or article that is being written survives a switch, a reload and an expired log-in. */
export type ThreadDraft = Record<'title' | 'body' | 'tags', string>;

export const BLANK: ThreadDraft = { title: '', body: '', tags: '' };

export const keptThread = (place: string): ThreadDraft => readForm(place, BLANK);
export const keepThread = (place: string, draft: ThreadDraft): void => writeForm(place, draft, BLANK);
