/** People type and paste "123 456" and "123-456". */
export const tidyCode = (typed: string): string => typed.replace(/[\s-]/g, '');
