import { patch, putRaw } from '$platform/api/client';
import type { Brand } from '$platform/api/types';

export interface BrandChange {
  name?: string;
  colour?: string;
  default_language?: 'de' | 'en';
}

export const changeBrand = (brand: Brand, change: BrandChange): Promise<Brand> =>
  patch<Brand>(`/brands/${brand.id}`, change, brand.version);

export const putLogo = (brandId: string, image: Blob): Promise<Brand> =>
  putRaw<Brand>(`/brands/${brandId}/logo`, image);
