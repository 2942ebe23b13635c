import { expect, test } from 'vitest';
import { findingsOf, judge, qualityOf } from './network';

const reports = (protocol: string, candidateType = 'host', roundTrip: number | undefined = 0.042) => [
  { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
  {
    id: 'X',
    type: 'candidate-pair',
    nominated: true,
    state: 'succeeded',
    localCandidateId: 'L2',
    remoteCandidateId: 'R',
  },
  { id: 'P', type: 'candidate-pair', localCandidateId: 'L', remoteCandidateId: 'R', currentRoundTripTime: roundTrip },
  { id: 'L', type: 'local-candidate', candidateType },
  { id: 'R', type: 'remote-candidate', protocol },
];

test('the chosen pair tells the way and how long an answer takes', () => {
  expect(findingsOf(reports('udp'))).toEqual({ way: 'udp', roundTripMs: 42 });
  expect(findingsOf(reports('tcp')).way).toBe('tcp');
  expect(findingsOf(reports('udp', 'relay')).way).toBe('relay');
  expect(findingsOf([{ id: 'T', type: 'transport' }])).toEqual({ way: undefined, roundTripMs: undefined });
});

test('a browser without transport statistics is read by its nominated pair', () => {
  const [, nominated, , , remote] = reports('tcp');
  expect(findingsOf([nominated!, remote!]).way).toBe('tcp');
});

test('findings become one of five verdicts', () => {
  expect(judge({ way: 'udp', roundTripMs: 20 })).toBe('good');
  expect(judge({ way: 'udp', roundTripMs: 400 })).toBe('slow');
  expect(judge({ way: 'tcp', roundTripMs: 20 })).toBe('tcp');
  expect(judge({ way: 'relay', roundTripMs: 20 })).toBe('relay');
  expect(judge({ way: undefined, roundTripMs: undefined })).toBe('blocked');
});

test('reception is judged by what was lost and what froze between two looks, not since the beginning', () => {
  const look = (packets: number, lost: number, frozen = 0) => ({ packets, lost, frozen });
  expect(qualityOf(look(1000, 500, 9), look(2000, 500, 9))).toBe('good');
  expect(qualityOf(look(0, 0), look(950, 50))).toBe('weak');
  expect(qualityOf(look(0, 0), look(800, 200))).toBe('poor');
  expect(qualityOf(look(0, 0), look(1000, 0, 1))).toBe('weak');
  expect(qualityOf(look(0, 0), look(1000, 0, 3))).toBe('poor');
  expect(qualityOf(look(5, 0), look(5, 0))).toBe('good');
});
