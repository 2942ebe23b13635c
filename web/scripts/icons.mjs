// Builds one SVG sprite from the lucide icons named in src/platform/ui/icons.txt, and the type of their names.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const names = readFileSync(new URL('src/platform/ui/icons.txt', root), 'utf8').split(/\s+/).filter(Boolean);

const symbols = [...new Set(names)].sort().map((name) => {
  const svg = readFileSync(new URL(`node_modules/lucide-static/icons/${name}.svg`, root), 'utf8');
  const inner = svg
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '');
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s*\n\s*/g, '')}</symbol>`;
});

const out = new URL('src/platform/ui/icons/', root);
mkdirSync(out, { recursive: true });
writeFileSync(new URL('sprite.svg', out), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`);
const union = [...new Set(names)]
  .sort()
  .map((name) => `'${name}'`)
  .join(' | ');
writeFileSync(new URL('names.ts', out), `export type IconName = ${union};\n`);
