// What moves and what stays in a list of messages.

/** The row of a message, whoever wrote it. */
export const rowOf = (who, text) =>
  who.page.getByRole('log').first().getByRole('article').filter({ hasText: text }).last();

/** Where something stands in the list. */
export const topOf = (row) =>
  row.evaluate((one) => one.getBoundingClientRect().top - one.closest('[role=log]').getBoundingClientRect().top);

/** How much is hidden below the end of the list. */
export const gapBelow = (who) =>
  who.page
    .getByRole('log')
    .first()
    .evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);

/** Turns the wheel over the list, and waits until it has been drawn. */
export async function wheel(who, by) {
  const { x, y, width, height } = await who.page.getByRole('log').first().boundingBox();
  await who.page.mouse.move(x + width / 2, y + height / 2);
  await who.page.mouse.wheel(0, by);
  await drawn(who);
  await drawn(who);
}

export const drawn = (who) =>
  who.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Looks until something is as it should be; what comes late is waited for, what never comes is told. */
export async function held(who, read, holds) {
  let value;
  for (let tries = 0; tries < 150; tries += 1) {
    value = await read(who);
    if (holds(value)) return value;
    await drawn(who);
  }
  throw new Error(`it stayed ${JSON.stringify(value)}`);
}
