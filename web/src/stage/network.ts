/** What a short trial connection found out, and in which words that is told. */
export interface Findings {
  /** How packets went in the end; undefined where no way was found. */
  way: 'udp' | 'tcp' | 'relay' | undefined;
  roundTripMs: number | undefined;
}
export type Verdict = 'good' | 'slow' | 'tcp' | 'relay' | 'blocked';

const SLOW_FROM_MS = 250;

export function judge({ way, roundTripMs }: Findings): Verdict {
  if (!way) return 'blocked';
  if (way === 'relay') return 'relay';
  if (way === 'tcp') return 'tcp';
  return (roundTripMs ?? 0) >= SLOW_FROM_MS ? 'slow' : 'good';
}

export interface Report {
  id: string;
  type: string;
  [name: string]: unknown;
}

/** Reads the chosen pair out of a connection's statistics. */
export function findingsOf(reports: Iterable<Report>): Findings {
  const all = new Map([...reports].map((one) => [one.id, one]));
  const transport = [...all.values()].find(({ type }) => type === 'transport');
  const chosen = all.get(String(transport?.['selectedCandidatePairId'] ?? ''));
  const pair =
    chosen ??
    [...all.values()].find((one) => one.type === 'candidate-pair' && one['nominated'] && one['state'] === 'succeeded');
  if (!pair) return { way: undefined, roundTripMs: undefined };
  const [local, remote] = [all.get(String(pair['localCandidateId'])), all.get(String(pair['remoteCandidateId']))];
  const relayed = local?.['candidateType'] === 'relay';
  const protocol = String(remote?.['protocol'] ?? local?.['protocol'] ?? 'udp').toLowerCase();
  const seconds = pair['currentRoundTripTime'];
  return {
    way: relayed ? 'relay' : protocol === 'tcp' ? 'tcp' : 'udp',
    roundTripMs: typeof seconds === 'number' ? Math.round(seconds * 1000) : undefined,
  };
}

/** How well the stage comes in, from two looks at the counters. */
export interface Reception {
  packets: number;
  lost: number;
  frozen: number;
}
export type Quality = 'good' | 'weak' | 'poor';

export function qualityOf(before: Reception, now: Reception): Quality {
  const [packets, lost] = [now.packets - before.packets, now.lost - before.lost];
  const share = packets + lost > 0 ? lost / (packets + lost) : 0;
  if (share > 0.12 || now.frozen - before.frozen > 1) return 'poor';
  return share > 0.03 || now.frozen > before.frozen ? 'weak' : 'good';
}
