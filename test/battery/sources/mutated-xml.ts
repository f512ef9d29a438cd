import { below, type Mutations, NEARLY_ALL, pick, type Random } from './mutated-page.ts'

const LEAF = /<([\w:]+)((?:\s[^<>]*)?)>([^<>]*)<\/\1>/g
const ENTRY = /<(item|entry|record)[\s>][\s\S]*?<\/\1>/g
const NAME = /<([\w:]+)[\s>]/g
const DEEP = 100_000

const VALUES = [
  ...[
    '',
    ' ',
    '17',
    '-1',
    '1e999',
    '0x10',
    'true',
    '2503.02130',
    '0000-00-00',
    '9999-99-99T99:99:99Z',
    'a'.repeat(300_000),
  ],
  ...[
    '<b>bold</b>',
    '<a/><a/>',
    '<i>x</i> and <i>y</i>',
    '&lt;b&gt;bold',
    '<![CDATA[<b>&amp;]]>',
    '<!-- x -->',
    '<?x y?>',
  ],
  ...[
    '&#0;',
    '&#xD800;',
    '&#x110000;',
    '&#1;&#31;',
    '&#127;&#133;',
    '&none;',
    '&',
    '&#99999999999;',
    ']]>',
    '<',
    '>',
  ],
]
const LONG_TEXTS = ['é', 'a, ', '(', ' ', ' and ', '&lt;', '{\\a', '10.1101/', '&#55296;'].map(
  (one) => `${one.repeat(50_000)}x`,
)
const ODD_NAMES = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  '#text',
  '@code',
  'x:y:z',
  'é',
  '1',
]

interface Found {
  at: number
  whole: string
  parts: string[]
}

/** One of those that match, and more often than not one inside of a paper. */
function oneOf(pattern: RegExp, text: string, random: Random): Found | undefined {
  const all = [...text.matchAll(pattern)]
  if (all.length === 0) return undefined
  const match = pick(random, all)
  return { at: match.index, whole: match[0], parts: match.slice(1) }
}

const replaced = (text: string, { at, whole }: Found, by: string): string =>
  text.slice(0, at) + by + text.slice(at + whole.length)

/** The text with another one inside of an element somewhere; now and then in many places. */
function withLeaves(text: string, random: Random, change: (found: Found) => string): string | undefined {
  let changed: string | undefined
  for (let times = random() < 0.7 ? 1 : 1 + below(random, 30); times > 0; times--) {
    const found = oneOf(LEAF, changed ?? text, random)
    if (!found) return changed
    changed = replaced(changed ?? text, found, change(found))
  }
  return changed
}

const withText = (text: string, random: Random, values: readonly string[]): string | undefined =>
  withLeaves(
    text,
    random,
    ({ parts: [name, attributes] }) => `<${name}${attributes}>${pick(random, values)}</${name}>`,
  )

/** What is put in front of a paper, or of the end of the document. */
function withMore(text: string, more: string): string {
  const at = text.search(/<(?:item|entry|record)[\s>]/)
  const place = at < 0 ? text.lastIndexOf('</') : at
  return text.slice(0, place) + more + text.slice(place)
}

function withEntries(text: string, change: (entries: string[]) => string[]): string | undefined {
  const entries = [...text.matchAll(ENTRY)]
  const [first, last] = [entries[0], entries.at(-1)]
  if (!first || !last) return undefined
  const changed = change(entries.map(([whole]) => whole))
  return text.slice(0, first.index) + changed.join('\n') + text.slice(last.index + last[0].length)
}

const shuffled = (entries: string[], random: Random): string[] =>
  entries
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)

const withoutHead = (text: string): string => text.replace(/^\s*<\?xml[^>]*>/, '')
const declared = (text: string, type: string) => ({
  body: Buffer.from(`<?xml version="1.0"?>${type}${withMore(withoutHead(text), '<x>&a;</x>')}`),
  unusable: true,
})
const LAUGHS = Array.from({ length: 12 }, (_, n) => `<!ENTITY a${n + 1} "${`&a${n};`.repeat(10)}">`).join('')

const DOCUMENT_TYPES: Mutations = {
  'a bomb of entities': ({ text }) =>
    declared(text, `<!DOCTYPE x [<!ENTITY a0 "ha">${LAUGHS}<!ENTITY a "&a12;">]>`),
  'an entity from a file': ({ text }) =>
    declared(text, '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
  'an entity from the network': ({ text }) =>
    declared(text, '<!doctype x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p; <!ENTITY a "a">]>'),
  'an entity that holds itself': ({ text }) => declared(text, '<!DOCTYPE x [<!ENTITY a "&a;">]>'),
}

const light: Mutations = {
  ...DOCUMENT_TYPES,
  'an element emptied': ({ text }, random) => withText(text, random, ['']),
  'other text in an element': ({ text }, random) => withText(text, random, VALUES),
  'a long text in an element': ({ text }, random) => withText(text, random, LONG_TEXTS),
  'an element doubled': ({ text }, random) =>
    withLeaves(text, random, ({ whole }) => whole.repeat(1 + below(random, 3))),
  'an element renamed': ({ text }, random) => {
    const [name] = oneOf(NAME, text, random)?.parts ?? []
    return name && text.replaceAll(new RegExp(`(</?)${name}(?=[\\s/>])`, 'g'), `$1${name}s`)
  },
  'a closing tag renamed': ({ text }, random) => {
    const found = oneOf(/<\/[\w:]+>/g, text, random)
    return found && { body: Buffer.from(replaced(text, found, '</nobody>')), unusable: true }
  },
  'odd names': ({ text }, random) => {
    const name = pick(random, ODD_NAMES)
    return withMore(
      text,
      random() < 0.5 ? `<${name}>x</${name}>` : `<item ${name}="x"><${name}/></item><x ${name}="y"/>`,
    )
  },
  'entries in another order': ({ text }, random) => withEntries(text, (entries) => shuffled(entries, random)),
  'entries repeated': ({ text }, random) =>
    withEntries(text, (entries) => entries.flatMap((one) => Array(random() < 0.9 ? 1 : 30).fill(one))),
  'no entry at all': ({ text }) => withEntries(text, () => []),
  'empty entries': ({ text }) =>
    withMore(text, '<item/><entry/><record/><item>x</item><entry>x</entry><record>x</record>'),
  'an encoding that it is not in': ({ text }, random) =>
    `<?xml version="1.0" encoding="${pick(random, ['utf-16', 'latin1', 'shift_jis', 'none', ''])}"?>${withoutHead(text)}`,
  'elements in each other, none closed': ({ text }) => ({
    body: Buffer.from(withMore(text, '<a>'.repeat(DEEP))),
    unusable: true,
  }),
  'elements in each other': ({ text }) => withMore(text, '<a>'.repeat(DEEP) + '</a>'.repeat(DEEP)),
  'elements in each other, not too many': ({ text }, random) => {
    const depth = below(random, 3000)
    return withMore(text, '<a>'.repeat(depth) + '</a>'.repeat(depth))
  },
  'a hundred thousand opening brackets': () => ({ body: Buffer.from('<'.repeat(DEEP)), unusable: true }),
  'many attributes': ({ text }) =>
    withMore(text, `<x ${Array.from({ length: 20_000 }, (_, n) => `a${n}="y"`).join(' ')}/>`),
}

const entryName = (text: string): string => /<(item|entry|record)[\s>]/.exec(text)?.[1] ?? 'item'
const MANY_SIGNS = Math.floor(NEARLY_ALL.xml / 6)
/** Besides those of the page itself. */
const MAX_TAGS = 490_000
const MILLION = 1_000_000

const heavy: Mutations = {
  'a million elements': ({ text }) => withMore(text, '<x/>'.repeat(MILLION)),
  'a million entries': ({ text }) => withMore(text, `<${entryName(text)}/>`.repeat(MILLION)),
  'a million references': ({ text }, random) => withText(text, random, ['&amp;'.repeat(MILLION)]) ?? text,
  'fifty megabytes inside': ({ text }) => ({
    body: Buffer.from(withMore(text, `<x>${'a'.repeat(50_000_000)}</x>`)),
    unusable: true,
  }),
  'megabytes in a text': ({ text }) => withMore(text, `<x>${'ab é '.repeat(MANY_SIGNS)}</x>`),
  'megabytes of one comment': ({ text }) => withMore(text, `<!--${'ab é '.repeat(MANY_SIGNS)}-->`),
  'as many tags as are read': ({ text }) => withMore(text, '<x/>'.repeat(MAX_TAGS)),
  'as many tags as are read, as entries': ({ text }) =>
    withMore(text, `<${entryName(text)}/>`.repeat(MAX_TAGS)),
  'long texts, as many as are read': ({ text }) => withMore(text, `<x>${'é'.repeat(490_000)}</x>`.repeat(7)),
}

export const XML_MUTATIONS = { light, heavy }
