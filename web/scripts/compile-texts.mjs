// A text is "Hello {name}"; a counted text has two forms, "replies#one" and "replies#other", and takes {count}.
const FORM = /^(?<key>[a-z][a-zA-Z0-9_]*)(#(?<form>one|other))?$/;
const RESERVED =
  /^(new|delete|default|in|is|for|if|do|with|this|class|return|import|export|switch|void|null|true|false)$/;
const HOLE = /\{([a-z][a-zA-Z0-9_]*)\}/g;

/** Both languages of one room to TypeScript, or the reasons why not. */
export function compileRoom(room, de, en) {
  const errors = [...missing(room, 'en', de, en), ...missing(room, 'de', en, de)];
  const keys = new Map();
  for (const name of Object.keys(de)) {
    const match = FORM.exec(name);
    if (!match || RESERVED.test(name)) errors.push(`${room}: "${name}" is not a usable name for a text`);
    else keys.set(match.groups.key, match.groups.form !== undefined);
  }
  for (const [key, counted] of keys) {
    for (const name of counted ? [`${key}#one`, `${key}#other`] : [key]) {
      if (!(name in de)) errors.push(`${room}: "${name}" is missing`);
      else if (name in en && !name.endsWith('#one') && holes(de[name]).join() !== holes(en[name]).join())
        errors.push(`${room}: "${name}" has other holes in de than in en`);
    }
  }
  if (errors.length > 0) return { errors, code: '' };
  const bodies = [...keys].map(([key, counted]) => (counted ? countedText(key, de, en) : plainText(key, de, en)));
  return { errors, code: header(bodies) + bodies.join('\n') };
}

function header(bodies) {
  const used = ['isOne', 'put', 'reader'].filter((name) => bodies.some((body) => body.includes(name)));
  return `import { ${used.join(', ')} } from '../reader.svelte';\n\n`;
}

function missing(room, language, from, to) {
  return Object.keys(from)
    .filter((key) => !(key in to))
    .map((key) => `${room}.${language}.json: "${key}" is missing`);
}

function holes(text) {
  return [...new Set([...text.matchAll(HOLE)].map((match) => match[1]))].sort();
}

function literal(text) {
  const escaped = text.replace(/[`\\$]/g, (found) => `\\${found}`);
  return '`' + escaped.replace(HOLE, (_, name) => `\${put(p.${name})}`) + '`';
}

function signature(names) {
  return names.length === 0 ? '()' : `(p: { ${names.map((name) => `${name}: string | number`).join('; ')} })`;
}

function plainText(key, de, en) {
  return `export const ${key} = ${signature(holes(de[key]))}: string => (reader.language === 'de' ? ${literal(de[key])} : ${literal(en[key])});\n`;
}

function countedText(key, de, en) {
  const names = holes(`${de[`${key}#other`]} ${en[`${key}#other`]}`).filter((name) => name !== 'count');
  const params = `(p: { ${['count: number', ...names.map((name) => `${name}: string | number`)].join('; ')} })`;
  const pick = (texts) => `isOne(p.count) ? ${literal(texts[`${key}#one`])} : ${literal(texts[`${key}#other`])}`;
  return `export const ${key} = ${params}: string => (reader.language === 'de' ? (${pick(de)}) : ${pick(en)});\n`;
}
