import { get } from '$platform/api/client';
import type { Id, SearchPage } from '$platform/api/types';

export interface Question {
  q: string;
  group: string;
  kind: string;
}
export const search = (brandId: Id, question: Question, cursor?: string): Promise<SearchPage> =>
  get<SearchPage>(`/brands/${brandId}/search`, { ...question, limit: 20, cursor });
