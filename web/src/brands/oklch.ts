/** sRGB hex <-> OKLCH, and the contrast of WCAG 2. Pure; only what the brand colour needs. */
export interface Oklch {
  /** 0 black to 1 white. */
  lightness: number;
  chroma: number;
  /** Radians. */
  hue: number;
}
type Triple = [number, number, number];

const HEX = /^#[0-9a-f]{6}$/i;
const BISECTIONS = 14;
/** An 8-bit channel can't show a smaller excess over the gamut. */
const TOLERANCE = 0.0005;

export const isHex = (text: string): boolean => HEX.test(text);

export function toOklch(hex: string): Oklch {
  const [red, green, blue] = linear(hex);
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const middle = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  const a = 1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short;
  const b = 0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short;
  return {
    lightness: 0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    chroma: Math.hypot(a, b),
    hue: Math.atan2(b, a),
  };
}

/** The hex of a colour. Where the screen cannot show it, chroma gives way; lightness and hue stay. */
export function toHex(colour: Oklch): string {
  const wanted = toLinear(colour);
  if (shows(wanted)) return write(wanted);
  let [inside, outside] = [0, colour.chroma];
  for (let step = 0; step < BISECTIONS; step += 1) {
    const chroma = (inside + outside) / 2;
    if (shows(toLinear({ ...colour, chroma }))) inside = chroma;
    else outside = chroma;
  }
  return write(toLinear({ ...colour, chroma: inside }));
}

/** 1 to 21. */
export function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const [red, green, blue] = linear(hex);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear(hex: string): Triple {
  const number = parseInt(hex.slice(1), 16);
  const channel = (shift: number) => {
    const value = ((number >> shift) & 255) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(16), channel(8), channel(0)];
}

function toLinear({ lightness, chroma, hue }: Oklch): Triple {
  const [a, b] = [chroma * Math.cos(hue), chroma * Math.sin(hue)];
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ];
}

const shows = (channels: Triple) => channels.every((one) => one >= -TOLERANCE && one <= 1 + TOLERANCE);

function write(channels: Triple): string {
  const hex = channels.map((one) => {
    const value = Math.min(1, Math.max(0, one));
    const encoded = value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
    return Math.round(encoded * 255)
      .toString(16)
      .padStart(2, '0');
  });
  return `#${hex.join('')}`;
}
