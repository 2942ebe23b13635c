/** What a pre-join screen can know about camera and microphone, and what follows from it. No device is touched here. */
export type DeviceState = 'unasked' | 'asking' | 'denied' | 'missing' | 'busy' | 'ready' | 'off';

/** What `getUserMedia` throws, in our words (names as in the Media Capture specification, and older ones). */
export function stateOfFault(name: string): DeviceState {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
    case 'PermissionDeniedError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
    case 'DevicesNotFoundError':
      return 'missing';
    default:
      // NotReadableError, AbortError, TrackStartError: it is there, but cannot be started.
      return 'busy';
  }
}

export interface Choice {
  camera: string;
  microphone: string;
  speaker: string;
}
export const NO_CHOICE: Choice = { camera: '', microphone: '', speaker: '' };

/** The remembered device where it is still plugged in, else the machine's own choice. */
export function pick(devices: readonly { deviceId: string }[], remembered: string): string {
  return devices.some(({ deviceId }) => deviceId === remembered) ? remembered : (devices[0]?.deviceId ?? '');
}

export function parseChoice(stored: string | null): Choice {
  try {
    const value: unknown = JSON.parse(stored ?? '');
    if (typeof value !== 'object' || value === null) return NO_CHOICE;
    const text = (name: keyof Choice) => {
      const found = (value as Record<string, unknown>)[name];
      return typeof found === 'string' ? found : '';
    };
    return { camera: text('camera'), microphone: text('microphone'), speaker: text('speaker') };
  } catch {
    return NO_CHOICE;
  }
}

/** Several devices of one name are told apart by a number; a nameless one says at least what it is. */
export function namesOf(devices: readonly { deviceId: string; label: string }[], nameless: string) {
  return devices.map(({ deviceId, label }, at) => {
    const name = label.replace(/ \([0-9a-f]{4}:[0-9a-f]{4}\)$/, '') || `${nameless} ${at + 1}`;
    const twins = devices.filter((one) => one.label === label);
    const number = twins.findIndex((one) => one.deviceId === deviceId) + 1;
    return { value: deviceId, label: label && twins.length > 1 ? `${name} (${number})` : name };
  });
}

/** Loudness of one slice of samples (-1..1) as 0..1 on a scale that follows the ear: silence at -60 dB. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  if (rms === 0) return 0;
  return Math.min(1, Math.max(0, (20 * Math.log10(rms) + 60) / 60));
}
