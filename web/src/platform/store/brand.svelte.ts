import { get } from '$platform/api/client';
import type { Member, Start } from '$platform/api/types';

/** The brand on the screen: what the first read told, kept true by the changes that follow. */
class BrandStore {
  start = $state<Start | undefined>();

  get slug(): string {
    return this.start?.brand.slug ?? '';
  }
  get me(): Member | undefined {
    return this.start?.me;
  }

  async open(brandId: string): Promise<void> {
    this.start = await get<Start>(`/brands/${brandId}/start`);
    localStorage.setItem('guildhall.brand', this.start.brand.slug);
  }
}

export const brand = new BrandStore();
