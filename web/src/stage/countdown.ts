/** What is left until a moment, split as a clock shows it. Nothing is left once it has come. */
export interface Left {
  days: number;
  hours: number;
  minutes: number;
  seconds: number;
}

export function leftUntil(at: string, now: number): Left | undefined {
  const seconds = Math.ceil((Date.parse(at) - now) / 1000);
  if (!(seconds > 0)) return undefined;
  return {
    days: Math.floor(seconds / 86_400),
    hours: Math.floor(seconds / 3600) % 24,
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
  };
}

const two = (part: number) => String(part).padStart(2, '0');

/** 4:05, 1:02:00 */
export function clockOf(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
