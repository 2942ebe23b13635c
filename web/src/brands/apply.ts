import { deriveBrand, HOUSE_COLOUR, type BrandTokens } from './colour';

/** Custom properties of tokens.css that a brand's colour replaces, for both themes at once. */
const PROPERTIES: Record<keyof BrandTokens, string> = {
  accent: '--accent',
  accentHover: '--accent-hover',
  onAccent: '--on-accent',
  accentSoft: '--accent-soft',
  onAccentSoft: '--on-accent-soft',
  link: '--link',
};

/** Puts a brand's colour on an element and all that stands in it. Through the CSSOM, which the page's policy allows. */
export function paint(element: HTMLElement, hex: string | undefined): void {
  const chosen = hex === undefined || hex.toLowerCase() === HOUSE_COLOUR ? undefined : hex;
  const light = chosen && deriveBrand(chosen, 'light').tokens;
  const dark = chosen && deriveBrand(chosen, 'dark').tokens;
  for (const [token, property] of Object.entries(PROPERTIES) as [keyof BrandTokens, string][]) {
    if (light && dark) element.style.setProperty(property, `light-dark(${light[token]}, ${dark[token]})`);
    else element.style.removeProperty(property);
  }
}
