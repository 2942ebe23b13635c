import { expect, test } from 'vitest';
import { deriveBrand, FILL_CONTRAST, GROUNDS, HOUSE_COLOUR, nearest, STEP, TEXT_CONTRAST } from './colour';
import { contrast, toHex, toOklch } from './oklch';

const THEMES = ['light', 'dark'] as const;

/** A fixed sequence, so that a failure can be repeated. */
function* colours(count: number): Generator<string> {
  let state = 20_261_203;
  for (let made = 0; made < count; made += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield `#${(state >>> 8).toString(16).padStart(6, '0')}`;
  }
}
const EDGES = ['#000000', '#ffffff', '#ff0000', '#00ff00', '#0000ff', '#ffff00', '#00ffff', '#ff00ff', '#808080'];
const SAMPLE = [...EDGES, ...colours(3000 - EDGES.length)];
const derived = {
  light: SAMPLE.map((hex) => [hex, deriveBrand(hex, 'light').tokens] as const),
  dark: SAMPLE.map((hex) => [hex, deriveBrand(hex, 'dark').tokens] as const),
};

const turn = (one: number, other: number) => Math.abs(Math.atan2(Math.sin(one - other), Math.cos(one - other)));

test.each(THEMES)('any of 3,000 colours is legible in the %s theme', (theme) => {
  const { fill, text } = GROUNDS[theme];
  for (const [hex, tokens] of derived[theme]) {
    const floors: [string, number, number][] = [
      ['text on the fill', contrast(tokens.onAccent, tokens.accent), TEXT_CONTRAST],
      ['text on the hovered fill', contrast(tokens.onAccent, tokens.accentHover), TEXT_CONTRAST],
      ['text on the soft fill', contrast(tokens.onAccentSoft, tokens.accentSoft), TEXT_CONTRAST],
      ...fill.map((ground): [string, number, number] => [ground, contrast(tokens.accent, ground), FILL_CONTRAST]),
      ...[...text, tokens.accentSoft].map((ground): [string, number, number] => [
        `link on ${ground}`,
        contrast(tokens.link, ground),
        TEXT_CONTRAST,
      ]),
    ];
    for (const [what, found, floor] of floors) {
      if (found < floor) expect.fail(`${hex} in ${theme}: ${what} has ${found.toFixed(2)}, needs ${floor}`);
    }
  }
});

test.each(THEMES)('the hue of 3,000 colours survives in the %s theme', (theme) => {
  for (const [hex, tokens] of derived[theme]) {
    const before = toOklch(hex);
    const after = toOklch(tokens.accent);
    // A grey has no hue, and near black or white 8 bits cannot hold one.
    if (before.chroma < 0.04 || after.chroma < 0.04) continue;
    if (turn(before.hue, after.hue) > 0.12) expect.fail(`${hex} in ${theme} turned by ${turn(before.hue, after.hue)}`);
  }
});

test('a colour that fits is kept, another moves by the smallest step', () => {
  expect(deriveBrand('#8a3350', 'light')).toMatchObject({ reason: 'kept', tokens: { accent: '#8a3350' } });
  const fits = (hex: string) => contrast(hex, '#ffffff') >= TEXT_CONTRAST;
  const found = nearest('#ffcc00', fits);
  const back = { ...toOklch('#ffcc00'), lightness: toOklch(found).lightness + 2 * STEP };
  expect(fits(found)).toBe(true);
  expect(fits(toHex(back))).toBe(false);
});

test('the reason says what was wrong with the choice', () => {
  expect(deriveBrand('#ffee00', 'light').reason).toBe('ground');
  expect(deriveBrand('#101a10', 'dark').reason).toBe('ground');
  expect(deriveBrand('#8a3350', 'light').reason).toBe('kept');
});

test('the house keeps its hand-drawn greens, and nonsense falls back to it', () => {
  expect(deriveBrand(HOUSE_COLOUR, 'dark').tokens.accent).toBe('#60d3b2');
  expect(deriveBrand('red; }', 'light').tokens.accent).toBe(HOUSE_COLOUR);
});

test('a colour goes to OKLCH and back unchanged', () => {
  for (const hex of [...colours(200)]) expect(toHex(toOklch(hex))).toBe(hex);
});
