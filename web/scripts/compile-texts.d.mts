export function compileRoom(
  room: string,
  de: Record<string, string>,
  en: Record<string, string>,
): { errors: string[]; code: string };
