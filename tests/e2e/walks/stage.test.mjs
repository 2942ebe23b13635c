// A webinar with sound and picture as people hold it: the door, practice, lobby, live with three who watch, a screen, one
// who comes late, a presenter who drops and returns, a guest on the stage and back, a network without UDP, a recording.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { button, heading } from '../house/acts.mjs';
import { call, found, joinAll, planNow } from '../house/brand.mjs';
import { capture, look, person } from '../house/browser.mjs';
import {
  openMediaBrowser,
  publishPastTheClient,
  received,
  seesAndHears,
  until,
  wallOff,
  watchConnections,
} from '../house/media.mjs';
import { openServer } from '../house/server.mjs';

const TITLE = 'Schmierung im Winter';
const QUESTION = 'Welches Öl bei minus dreißig Grad?';

describe('a webinar with sound and picture', () => {
  let server, browser, host, anna, ben, cem, dora, place, webinar;
  let broken = false;
  const everybody = () => [host, anna, ben, cem, dora].filter(Boolean);

  /** The steps build on each other: behind a broken one the rest would only fail again. */
  const step = (name, act) =>
    it(name, async (t) => {
      if (broken) return t.skip('an earlier step failed');
      broken = true;
      try {
        await act();
        broken = false;
      } finally {
        if (broken) await Promise.all(everybody().map((who) => capture(who, `broken-stage-${who.name.split(' ')[0]}`)));
      }
    });

  const stageOf = () => `/b/${place.brand.slug}/webinars/${webinar.id}/stage`;
  const panel = (who, key) =>
    who.page
      .getByRole('complementary', { name: who.t('stage.floor') })
      .getByRole('link', { name: new RegExp(`^${who.t(key)}`) });
  const control = (who, key) => button(who, key).first();
  async function openPanel(who, key) {
    if (who.phone) {
      const opener = who.page.getByRole('link', { name: who.t('stage.openFloor') });
      if (await opener.isVisible()) await opener.click();
    }
    await panel(who, key).click();
  }
  async function enter(who) {
    await who.page.goto(server.near + stageOf());
    await button(who, 'stage.join').click();
    await button(who, 'stage.leave').waitFor();
  }

  before(async () => {
    server = await openServer();
    browser = await openMediaBrowser();
    const people = [
      { name: 'Greta Lindqvist', language: 'de', width: 1280 },
      { name: 'Anna Berg', language: 'en', width: 390 },
      { name: 'Ben Okafor', language: 'en', width: 1280 },
      { name: 'Cem Arslan', language: 'de', width: 390 },
      { name: 'Dora Klein', language: 'de', width: 1280 },
    ];
    [host, anna, ben, cem, dora] = await Promise.all(people.map((one) => person(browser, one)));
    await Promise.all(everybody().map(watchConnections));
    await wallOff(dora);
    place = await found(host, server, { email: 'greta@helvion.example', brand: 'Helvion', group: 'Getriebe' });
    const mail = (who) => `${who.name.split(' ')[0].toLowerCase()}@example.org`;
    await joinAll(
      host,
      place,
      [anna, ben, cem, dora].map((who) => ({ who, email: mail(who), company: 'Adler Pumpen' })),
    );
    webinar = await planNow(host, place, TITLE);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  step('the host checks devices and network at the door, and finds the way from the webinar’s page', async () => {
    await host.page.goto(`${server.near}/b/${place.brand.slug}/webinars/${webinar.id}`);
    await host.page.getByRole('link', { name: host.t('webinars.enterStage') }).click();
    await host.page.getByRole('meter', { name: host.t('stage.level') }).waitFor();
    await host.page.getByText(host.t('stage.heard')).waitFor();
    await look(host, '30-door');
  });

  step('whatever stands in the way of a device has its words and its remedy', async () => {
    const ways = [
      { fault: 'NotAllowedError', says: 'stage.cameraDenied', offers: 'stage.askAgain' },
      { fault: 'NotFoundError', says: 'stage.cameraMissing', offers: 'stage.lookAgain' },
      { fault: 'NotReadableError', says: 'stage.cameraBusy', offers: 'stage.tryAgain' },
      { fault: undefined, says: 'stage.unaskedText', offers: 'stage.allow' },
    ];
    for (const { fault, says, offers } of ways) {
      const page = await host.context.newPage();
      await page.addInitScript((name) => {
        const state = name ? 'granted' : 'prompt';
        navigator.permissions.query = () => Promise.resolve({ state });
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name));
      }, fault);
      await page.goto(server.near + stageOf());
      await page.getByText(host.t(says)).waitFor();
      await page
        .getByRole('button', { name: host.t(offers), exact: true })
        .first()
        .waitFor();
      await look({ ...host, page }, `30-door-${fault ?? 'unasked'}`);
      await page.close();
    }
  });

  step('who only listens is asked for nothing, and waits until the lobby opens', async () => {
    await anna.page.goto(server.near + stageOf());
    await anna.page.getByText(anna.t('stage.notOpenYet')).waitFor();
    await look(anna, '31-shut');
  });

  step('practice is for those who perform; the lobby lets the audience wait', async () => {
    await button(host, 'stage.joinWithCamera').click();
    await button(host, 'stage.openPractice').click();
    await host.page.getByRole('img').or(host.page.locator('video')).first().waitFor();
    await button(host, 'stage.openLobby').click();
    await button(anna, 'stage.join').click();
    await heading(anna, TITLE).first().waitFor();
    await anna.page.getByText(anna.t('stage.lobbySoon')).waitFor();
    await look(anna, '32-lobby');
    assert.equal((await received(anna)).frames, 0);
    await enter(ben);
    await enter(cem);
  });

  step('live: three viewers decode picture and sound', async () => {
    await button(host, 'stage.goLive').click();
    for (const who of [anna, ben, cem]) await seesAndHears(who);
    const { ways } = await received(ben);
    assert.deepEqual([...new Set(ways)], ['udp']);
    await Promise.all([look(host, '33-live'), look(anna, '33-live'), look(ben, '33-live'), look(cem, '33-live')]);
  });

  step('a shared screen comes beside the camera, and stands large', async () => {
    await control(host, 'stage.share').click();
    for (const who of [anna, ben, cem])
      await until(who, 'a second picture', ({ pictures }) => Object.keys(pictures).length >= 2);
    await ben.page
      .getByText(ben.t('stage.screenOf', { name: host.name }))
      .first()
      .waitFor();
    await look(ben, '34-screen');
    await control(host, 'stage.endShare').click();
    await ben.page
      .getByText(ben.t('stage.screenOf', { name: host.name }))
      .first()
      .waitFor({ state: 'detached' });
  });

  step('where UDP is blocked, it comes over TCP, also for who joins late', async () => {
    await dora.page.goto(server.near + stageOf());
    await button(dora, 'stage.checkNetwork').click();
    await dora.page.getByText(dora.t('stage.networkTcp', { ms: '' }).split('(')[0]).waitFor();
    await look(dora, '35-network');
    await button(dora, 'stage.join').click();
    await seesAndHears(dora);
    assert.deepEqual([...new Set((await received(dora)).ways)], ['tcp']);
  });

  step('the presenter drops and returns; the viewers’ connections go on', async () => {
    const before = await received(ben);
    await host.page.reload();
    await button(host, 'stage.joinWithCamera').click();
    await seesAndHears(ben, 'the presenter again');
    assert.equal((await received(ben)).standing, before.standing);
  });

  step('hands, questions, polls and applause reach the others', async () => {
    await control(anna, 'stage.raiseHand').click();
    await openPanel(host, 'stage.people');
    await host.page.getByText(host.t('stage.hands')).waitFor();
    await host.page.getByRole('button', { name: host.t('stage.lowerHandOf', { name: anna.name }) }).waitFor();
    await look(host, '36-people');

    await openPanel(ben, 'stage.questions');
    await ben.page.getByLabel(ben.t('stage.yourQuestion')).fill(QUESTION);
    await button(ben, 'stage.sendQuestion').click();
    await openPanel(cem, 'stage.questions');
    await cem.page.getByText(QUESTION).waitFor();
    await cem.page.getByRole('button', { name: cem.t('stage.voteCount#other', { count: 0 }) }).click();
    await ben.page.getByRole('button', { name: ben.t('stage.voteCount#one', { count: 1 }) }).waitFor();
    await openPanel(host, 'stage.questions');
    await button(host, 'stage.questionActs').first().click();
    await host.page.getByRole('menuitem', { name: host.t('stage.answerLive') }).click();
    await cem.page.getByText(cem.t('stage.questionLive')).waitFor();
    await Promise.all([look(cem, '37-questions'), look(ben, '37-questions')]);

    await openPanel(host, 'stage.polls');
    await button(host, 'stage.createPoll').first().click();
    await host.page.getByLabel(host.t('stage.pollTitle')).fill('Öl oder Fett?');
    await host.page.getByRole('textbox', { name: host.t('stage.pollOption', { number: 1 }), exact: true }).fill('Öl');
    await host.page.getByRole('textbox', { name: host.t('stage.pollOption', { number: 2 }), exact: true }).fill('Fett');
    await look(host, '38-poll');
    await button(host, 'stage.savePoll').click();
    await button(host, 'stage.openPoll').click();
    await openPanel(ben, 'stage.polls');
    await ben.page.getByRole('radio', { name: 'Fett' }).check();
    await button(ben, 'stage.vote').click();
    await ben.page.getByText(ben.t('stage.votedAnonymously')).waitFor();
    await host.page.getByText(host.t('stage.voters#one', { count: 1 })).waitFor();
    await button(host, 'stage.pollActs').click();
    await host.page.getByRole('menuitem', { name: host.t('stage.showResults') }).click();
    await ben.page
      .getByRole('list', { name: ben.t('stage.resultOf', { title: 'Öl oder Fett?' }) })
      .getByText('100%')
      .waitFor();
    await look(ben, '38-result');

    await button(cem, 'platform.close').or(button(cem, 'stage.closeFloor')).first().click();
    await control(cem, 'stage.react').click();
    await cem.page.getByRole('button', { name: cem.t('stage.reactWith', { emoji: '👏' }) }).click();
    await ben.page.locator('.reactions').getByText('👏').first().waitFor({ state: 'attached' });
  });

  step('a guest is called to the stage, is seen by all, and a demotion cuts what they send at the server', async () => {
    await openPanel(host, 'stage.people');
    await button(host, 'stage.toStage').click();
    await control(anna, 'stage.unmute').waitFor();
    await control(anna, 'stage.startCamera').click();
    await control(anna, 'stage.unmute').click();
    await until(ben, 'the guest', ({ pictures }) => Object.keys(pictures).length >= 2);
    await look(anna, '39-guest');
    const stubborn = await publishPastTheClient(anna, webinar.id);
    await until(ben, 'the stubborn screen', ({ pictures }) => Object.keys(pictures).length >= 3);
    await host.page.getByRole('button', { name: host.t('stage.actsFor', { name: anna.name }) }).click();
    await host.page.getByRole('menuitem', { name: host.t('stage.toAudience') }).click();
    await control(anna, 'stage.stopCamera').waitFor({ state: 'detached' });
    await ben.page.getByRole('list').getByText(anna.name).first().waitFor({ state: 'detached' });
    await stubborn.waitForFunction(() =>
      ['disconnected', 'failed', 'closed'].includes(globalThis.stubborn.connectionState),
    );
    await stubborn.close();
    await seesAndHears(anna, 'the stage from the audience again');
  });

  step('a recording needs consent and is seen by all', async () => {
    await button(host, 'stage.hostActs').click();
    await host.page.getByRole('menuitem', { name: host.t('stage.startRecordingMore') }).click();
    const dialog = host.page.getByRole('dialog');
    await dialog.getByRole('button', { name: host.t('stage.startRecording') }).click();
    await dialog.getByText(host.t('stage.consentRequired')).waitFor();
    await look(host, '40-consent');
    await dialog.getByRole('checkbox').check();
    await dialog.getByRole('button', { name: host.t('stage.startRecording') }).click();
    for (const who of [anna, ben, cem]) await who.page.getByText(who.t('stage.recordingOn'), { exact: true }).waitFor();
    await call(ben, 'POST', `/channels/${webinar.channel_id}/messages`, { client_key: 'walk-stage-1', body: 'Danke!' });
    await seesAndHears(ben);
    await button(host, 'stage.hostActs').click();
    await host.page.getByRole('menuitem', { name: host.t('stage.stopRecording') }).click();
    await ben.page.getByText(ben.t('stage.recordingOn'), { exact: true }).waitFor({ state: 'detached' });
  });

  step('the host ends it for everyone, and it plays back with its chat', async () => {
    await button(host, 'stage.end').click();
    await host.page
      .getByRole('dialog')
      .getByRole('button', { name: host.t('stage.end') })
      .click();
    await ben.page.getByText(ben.t('stage.lobbyEnded')).waitFor();
    await ben.page.goto(`${server.near}/b/${place.brand.slug}/webinars/${webinar.id}/replay`);
    await button(ben, 'stage.play').click();
    await ben.page.waitForFunction(() =>
      [...document.querySelectorAll('video')].some((video) => video.currentTime > 0.5),
    );
    await ben.page
      .getByRole('region', { name: ben.t('stage.chatThen') })
      .getByText('Danke!')
      .waitFor();
    await look(ben, '41-replay');
  });

  step('no page broke its policy, and the server had no fault', async () => {
    assert.deepEqual(
      everybody().flatMap(({ wrong }) => wrong),
      [],
    );
    assert.deepEqual(server.faults(), []);
  });
});
