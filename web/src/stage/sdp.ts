/** The little of SDP that an ICE restart over HTTP needs (RFC 8840 fragments, RFC 9725). */
const value = (sdp: string, name: string) => new RegExp(`^a=${name}:(.+?)\\r?$`, 'm').exec(sdp)?.[1];

/** The new credentials of an offer, as the body of a PATCH. */
export function fragmentOf(offer: string): string {
  const kind = /^m=(\w+) /m.exec(offer)?.[1] ?? 'audio';
  const candidates = offer.split(/\r?\n/).filter((line) => line.startsWith('a=candidate:'));
  return [
    `a=ice-ufrag:${value(offer, 'ice-ufrag') ?? ''}`,
    `a=ice-pwd:${value(offer, 'ice-pwd') ?? ''}`,
    `m=${kind} 9 UDP/TLS/RTP/SAVPF 0`,
    `a=mid:${value(offer, 'mid') ?? '0'}`,
    ...new Set(candidates),
    '',
  ].join('\r\n');
}

/** The answer as it stands after the server has said its own new credentials. */
export function withFragment(answer: string, fragment: string): string {
  const [ufrag, pwd] = [value(fragment, 'ice-ufrag'), value(fragment, 'ice-pwd')];
  if (!ufrag || !pwd) return answer;
  const fresh = fragment.split(/\r?\n/).filter((line) => line.startsWith('a=candidate:'));
  const kept = answer
    .replace(/^a=ice-ufrag:.*?(\r?)$/gm, `a=ice-ufrag:${ufrag}$1`)
    .replace(/^a=ice-pwd:.*?(\r?)$/gm, `a=ice-pwd:${pwd}$1`);
  if (fresh.length === 0) return kept;
  const lines = kept.split(/\r?\n/).filter((line) => !/^a=(candidate:|end-of-candidates)/.test(line));
  const at = lines.findIndex((line) => line.startsWith('a=ice-pwd:'));
  return [...lines.slice(0, at + 1), ...fresh, ...lines.slice(at + 1)].join('\r\n');
}
