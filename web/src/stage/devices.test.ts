import { expect, test } from 'vitest';
import { loudness, namesOf, NO_CHOICE, parseChoice, pick, stateOfFault } from './devices';

test.each([
  ['NotAllowedError', 'denied'],
  ['SecurityError', 'denied'],
  ['NotFoundError', 'missing'],
  ['OverconstrainedError', 'missing'],
  ['NotReadableError', 'busy'],
  ['AbortError', 'busy'],
])('%s means %s', (name, state) => expect(stateOfFault(name)).toBe(state));

test('the remembered device is taken while it is there, else the machine’s first', () => {
  const devices = [{ deviceId: 'a' }, { deviceId: 'b' }];
  expect(pick(devices, 'b')).toBe('b');
  expect(pick(devices, 'gone')).toBe('a');
  expect(pick([], 'b')).toBe('');
});

test('what is remembered may be damaged', () => {
  expect(parseChoice('{"camera":"x","microphone":1}')).toEqual({ ...NO_CHOICE, camera: 'x' });
  for (const broken of [null, '', '{', 'null', '[]', '7']) expect(parseChoice(broken)).toEqual(NO_CHOICE);
});

test('names lose their hardware numbers, twins get a number, the nameless a word', () => {
  const devices = [
    { deviceId: '1', label: 'HD Webcam (046d:0825)' },
    { deviceId: '2', label: 'Monitor' },
    { deviceId: '3', label: 'Monitor' },
    { deviceId: '4', label: '' },
  ];
  expect(namesOf(devices, 'Kamera').map(({ label }) => label)).toEqual([
    'HD Webcam',
    'Monitor (1)',
    'Monitor (2)',
    'Kamera 4',
  ]);
});

test('the meter follows the ear: silence is nothing, full scale is all, a quiet voice is in between', () => {
  const sine = (height: number) => Float32Array.from({ length: 1024 }, (_, at) => height * Math.sin(at / 5));
  expect(loudness(new Float32Array(1024))).toBe(0);
  expect(loudness(Float32Array.from({ length: 8 }, () => 1))).toBe(1);
  expect(loudness(sine(0.00001))).toBe(0);
  expect(loudness(sine(0.1))).toBeGreaterThan(0.5);
  expect(loudness(sine(0.01))).toBeLessThan(loudness(sine(0.1)));
});
