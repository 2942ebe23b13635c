import { expect, test } from 'vitest';
import { fragmentOf, withFragment } from './sdp';

const offer = [
  'v=0',
  'a=group:BUNDLE 0 1',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host',
  'a=ice-ufrag:EsAw',
  'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1',
  'a=mid:0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=ice-ufrag:EsAw',
  'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1',
  'a=mid:1',
  '',
].join('\r\n');

test('a fragment carries the credentials, the first m-line and the candidates of an offer', () => {
  expect(fragmentOf(offer).split('\r\n')).toEqual([
    'a=ice-ufrag:EsAw',
    'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1',
    'm=video 9 UDP/TLS/RTP/SAVPF 0',
    'a=mid:0',
    'a=candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host',
    '',
  ]);
});

test('the server’s new credentials replace the old ones on every m-line of the answer', () => {
  const answer = withFragment(offer, 'a=ice-ufrag:neu1\r\na=ice-pwd:ganz-neues-geheimnis-22\r\n');
  expect(answer.match(/a=ice-ufrag:neu1/g)).toHaveLength(2);
  expect(answer.match(/a=ice-pwd:ganz-neues-geheimnis-22/g)).toHaveLength(2);
  expect(answer).toContain('a=candidate:1 1 udp');
});

test('new candidates take the place of the old ones', () => {
  const fragment = 'a=ice-ufrag:n\r\na=ice-pwd:p\r\na=candidate:9 1 tcp 1 192.0.2.9 7881 typ host tcptype passive\r\n';
  const answer = withFragment(offer, fragment);
  expect(answer).not.toContain('192.0.2.1 50000');
  expect(answer.match(/a=candidate:9 1 tcp/g)).toHaveLength(1);
  expect(answer.indexOf('a=candidate:9')).toBeGreaterThan(answer.indexOf('m=video'));
  expect(answer.indexOf('a=candidate:9')).toBeLessThan(answer.indexOf('m=audio'));
});

test('an empty fragment leaves the answer as it is', () => expect(withFragment(offer, '')).toBe(offer));
