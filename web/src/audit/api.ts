import { get } from '$platform/api/client';
import type { AuditEntry, Id, Page } from '$platform/api/types';

export const readAudit = (brandId: Id, cursor?: string): Promise<Page<AuditEntry>> =>
  get<Page<AuditEntry>>(`/brands/${brandId}/audit`, { cursor });
