/**
 * The token of an invitation outlives a detour through log-in in this tab only, and never stands in a query that a
 * server could log.
 */
const KEY = 'guildhall.invitation';

export const keepToken = (token: string): void => sessionStorage.setItem(KEY, token);
export const keptToken = (): string => sessionStorage.getItem(KEY) ?? '';
export const forgetToken = (): void => sessionStorage.removeItem(KEY);
