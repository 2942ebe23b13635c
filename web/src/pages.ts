import type { Component } from 'svelte';
import type { PageProps } from '$platform/app/route';

export type LoadPage = () => Promise<{ default: Component<PageProps> }>;

/** Every `<room>/<Name>Page.svelte`, each a chunk of its own, by the name that routes.ts uses. */
const files = import.meta.glob<{ default: Component<PageProps> }>('./*/*Page.svelte');

export const pages: Record<string, LoadPage> = Object.fromEntries(
  Object.entries(files).map(([path, load]) => [path.slice('./'.length, -'.svelte'.length), load]),
);
