// What a browser sends and receives, by its own counters.
import process from 'node:process';
import { chromium } from 'playwright-core';

const FAKE = [
  '--use-fake-device-for-media-stream=fps=10',
  '--use-fake-ui-for-media-stream',
  '--auto-select-desktop-capture-source=Entire screen',
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
];
/** A browser whose camera, microphone and screen are make-believe. */
export function openMediaBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [...FAKE, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
}

/** Keeps hold of the page's connections, so that their counters can be read from outside. */
export async function watchConnections({ context }) {
  // Devices are asked for as everywhere, and the make-believe devices say yes.
  await context.clearPermissions();
  await context.addInitScript(() => {
    const all = [];
    globalThis.connections = all;
    const Native = globalThis.RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Native {
      constructor(...given) {
        super(...given);
        all.push(this);
      }
    };
  });
}

/** As behind a firewall that lets no UDP through: what is sent to the server's UDP port gets lost. */
export async function wallOff({ page }) {
  const DISCARD = '9';
  await page.route(/\/stage\/wh[ei]p\//, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/^(a=candidate:\S+ \d+ udp \d+ \S+) \d+/gim, `$1 ${DISCARD}`);
    await route.fulfill({ response, body });
  });
}

/** What has come in so far, over all connections that stand: by kind, and by m-line for the pictures. */
export function received({ page }) {
  return page.evaluate(async () => {
    const sum = { frames: 0, samples: 0, packets: 0, pictures: {}, ways: [], standing: 0 };
    for (const connection of globalThis.connections.filter((one) => one.connectionState === 'connected')) {
      sum.standing += 1;
      const reports = await connection.getStats();
      reports.forEach((one) => {
        if (one.type === 'transport' && one.selectedCandidatePairId) {
          const pair = reports.get(one.selectedCandidatePairId);
          sum.ways.push(reports.get(pair.remoteCandidateId)?.protocol);
        }
        if (one.type !== 'inbound-rtp') return;
        if (one.kind === 'video') {
          sum.frames += one.framesDecoded ?? 0;
          if (one.framesDecoded > 0) sum.pictures[one.mid] = one.framesDecoded;
        } else {
          sum.samples += one.totalSamplesReceived ?? 0;
          sum.packets += one.packetsReceived ?? 0;
        }
      });
    }
    return sum;
  });
}

/** Waits until the counters say so; the last ones are told where they never do. */
export async function until(who, what, enough, tries = 120) {
  let last;
  for (let tried = 0; tried < tries; tried += 1) {
    last = await received(who);
    if (enough(last)) return last;
    await who.page.waitForTimeout(250);
  }
  throw new Error(`${who.name} waits in vain: ${what}; ${JSON.stringify(last)}`);
}

/** Sends a screen by hand, from a page that will not end it by itself whatever the server says. Gives that page. */
export async function publishPastTheClient(who, webinar) {
  const page = await who.context.newPage();
  await page.goto(who.home);
  await page.evaluate(async (id) => {
    const headers = { 'Content-Type': 'application/json' };
    const asked = await fetch(`/api/v1/webinars/${id}/stage/tickets`, {
      method: 'POST',
      headers,
      body: '{"use":"screen"}',
    });
    const { ticket, url } = await asked.json();
    const connection = new RTCPeerConnection();
    globalThis.stubborn = connection;
    const camera = await navigator.mediaDevices.getUserMedia({ video: true });
    connection.addTransceiver(camera.getVideoTracks()[0], { direction: 'sendonly', streams: [camera] });
    await connection.setLocalDescription(await connection.createOffer());
    const bearer = { 'Content-Type': 'application/sdp', Authorization: `Bearer ${ticket}` };
    const opened = await fetch(url, { method: 'POST', headers: bearer, body: connection.localDescription.sdp });
    await connection.setRemoteDescription({ type: 'answer', sdp: await opened.text() });
  }, webinar);
  return page;
}

/** Picture and sound come in, and go on coming. */
export async function seesAndHears(who, what = 'picture and sound') {
  const before = await received(who);
  return until(who, what, (now) => now.frames > before.frames + 10 && now.samples > before.samples + 10_000);
}
