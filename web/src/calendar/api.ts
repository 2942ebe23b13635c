import { post, remove } from '$platform/api/client';
import type { Id } from '$platform/api/types';

/** A new secret address; an older one stops working. */
export const makeFeed = (brandId: Id): Promise<{ url: string }> =>
  post<{ url: string }>(`/brands/${brandId}/calendar-feed`);
export const endFeed = (brandId: Id): Promise<unknown> => remove(`/brands/${brandId}/calendar-feed`);
