import { get, post } from '$platform/api/client';
import type { Me } from '$platform/api/types';
import type { Language } from '$platform/i18n/reader.svelte';

export interface Foundation {
  token: string;
  email: string;
  password: string;
  name: string;
  language: Language;
  time_zone: string;
  brand_name: string;
  colour: string;
}

export const readSetup = (): Promise<{ open: boolean }> => get<{ open: boolean }>('/setup');
export const setUp = (foundation: Foundation): Promise<Me> => post<Me>('/setup', foundation);
