import { contrast, isHex, toHex, toOklch, type Oklch } from './oklch';

/**
 * A brand chooses one colour; the client derives the six tokens that it needs in each theme. Hue and chroma are the
 * brand's, lightness moves by the smallest step that keeps everything legible, so that no brand can make itself unreadable.
 */
export type ThemeName = 'light' | 'dark';
export interface BrandTokens {
  /** Fill of what one should press. */
  accent: string;
  accentHover: string;
  onAccent: string;
  accentSoft: string;
  onAccentSoft: string;
  link: string;
}
/** Why the fill is not the colour that was chosen: it vanished into the page, or text on it could not be read. */
export type Reason = 'kept' | 'ground' | 'text';
export interface Derived {
  tokens: BrandTokens;
  reason: Reason;
}

export const HOUSE_COLOUR = '#006b55';
export const TEXT_CONTRAST = 4.5;
export const FILL_CONTRAST = 3;
/** In lightness; about one step of an 8-bit channel, so that no smaller change can be seen. */
export const STEP = 0.004;

interface Grounds {
  /** canvas, surface, sunken and hover of tokens.css. A fill never stands on hover. */
  fill: readonly string[];
  text: readonly string[];
  /** Tried in this order. */
  inks: readonly [string, string];
  softLightness: number;
  softChroma: number;
}

export const GROUNDS: Record<ThemeName, Grounds> = {
  light: {
    fill: ['#fbfaf7', '#ffffff', '#f5f2ee'],
    text: ['#fbfaf7', '#ffffff', '#f5f2ee', '#efece8'],
    inks: ['#ffffff', '#11161f'],
    softLightness: 0.955,
    softChroma: 0.036,
  },
  dark: {
    fill: ['#101318', '#171b22', '#0b0d12'],
    text: ['#101318', '#171b22', '#0b0d12', '#20252c'],
    inks: ['#11161f', '#ffffff'],
    softLightness: 0.3,
    softChroma: 0.05,
  },
};

/** The house's own colour was drawn by hand, with a lighter green for the dark theme. */
const HOUSE: Record<ThemeName, BrandTokens> = {
  light: {
    accent: '#006b55',
    accentHover: '#005f4b',
    onAccent: '#ffffff',
    accentSoft: '#d8f7ec',
    onAccentSoft: '#006550',
    link: '#006550',
  },
  dark: {
    accent: '#60d3b2',
    accentHover: '#78dabd',
    onAccent: '#11161f',
    accentSoft: '#0c362b',
    onAccentSoft: '#6ad5b6',
    link: '#6ad5b6',
  },
};

export function deriveBrand(hex: string, theme: ThemeName): Derived {
  const chosen = isHex(hex) ? hex.toLowerCase() : HOUSE_COLOUR;
  if (chosen === HOUSE_COLOUR) return { tokens: HOUSE[theme], reason: 'kept' };
  const grounds = GROUNDS[theme];
  const colour = toOklch(chosen);
  const accent = nearest(chosen, (one) => standsOut(one, grounds) && inkOn(one, grounds) !== undefined);
  const onAccent = inkOn(accent, grounds) ?? grounds.inks[0];
  const accentSoft = toHex({
    ...colour,
    lightness: grounds.softLightness,
    chroma: Math.min(colour.chroma, grounds.softChroma),
  });
  const readable = [...grounds.text, accentSoft];
  return {
    tokens: {
      accent,
      accentHover: hover(accent, onAccent),
      onAccent,
      accentSoft,
      onAccentSoft: nearest(chosen, (one) => contrast(one, accentSoft) >= TEXT_CONTRAST),
      link: nearest(chosen, (one) => readable.every((ground) => contrast(one, ground) >= TEXT_CONTRAST)),
    },
    reason: accent === chosen ? 'kept' : standsOut(chosen, grounds) ? 'text' : 'ground',
  };
}

/** The colour itself where it will do, else the one of the same hue that is the fewest steps of lightness away. */
export function nearest(hex: string, fits: (hex: string) => boolean): string {
  if (fits(hex)) return hex;
  const colour = toOklch(hex);
  for (let distance = STEP; distance <= 1; distance += STEP) {
    const found = [colour.lightness - distance, colour.lightness + distance]
      .filter((lightness) => lightness >= 0 && lightness <= 1)
      .map((lightness) => toHex({ ...colour, lightness }))
      .find(fits);
    if (found) return found;
  }
  // Unreachable for the grounds above, where black or white always fits; white ink on black paper is at least legible.
  return fits('#000000') ? '#000000' : '#ffffff';
}

const standsOut = (hex: string, { fill }: Grounds) => fill.every((ground) => contrast(hex, ground) >= FILL_CONTRAST);

const inkOn = (hex: string, { inks }: Grounds) => inks.find((ink) => contrast(hex, ink) >= TEXT_CONTRAST);

/** A little away from the ink, so that a hovered button is never harder to read than a resting one. */
function hover(accent: string, ink: string): string {
  const colour: Oklch = toOklch(accent);
  const away = toOklch(ink).lightness > colour.lightness ? -0.045 : 0.035;
  return toHex({ ...colour, lightness: Math.min(1, Math.max(0, colour.lightness + away)) });
}
