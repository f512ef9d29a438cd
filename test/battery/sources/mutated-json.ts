import { below, type Mutations, NEARLY_ALL, pick, type Random } from './mutated-page.ts'

type Holder = Record<string, unknown>

const DEEP = 100_000
const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
const deepObjects = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

/** As text, since no value in memory becomes some of them. */
const VALUES = [
  ...['null', 'true', '17', '-1', '0.5', '1e999', '-1e999', '99999999999999999999', '""', '"text"', '" "'],
  ...[
    '[]',
    '{}',
    '[[1],{"a":2}]',
    '{"title":"x","paper":{}}',
    '[null,null]',
    '"<b>bold</b> &amp;#0; &#x110000;"',
  ],
  ...['"1e999"', '"0000-00-00"', '"9999-99-99T99:99:99Z"', '"https://x.example/\\u0000"', '"https://[::1"'],
]
const LONG_TEXTS = [
  'é',
  'a, ',
  '(',
  ' ',
  "<p a='' ",
  '<sup>',
  '&lt;',
  '&amp;amp;',
  '{\\\\a',
  '10.1101/',
  '\\ud800',
]
const LARGE = [deep(DEEP), deepObjects(DEEP), ...LONG_TEXTS.map((one) => `"${one.repeat(100_000)}x"`)]
const LINKS = [
  'https://x.example/\\u0000',
  'https://x.example/\\ud800',
  'https://x.example/\\u001f a\\n',
  'https://[::1',
  'https://a@b:99999/',
  `https://x.example/${'a'.repeat(300_000)}`,
  'javascript:alert(1)',
]

const SIGNS = [
  '\\ud800',
  '\\udc00',
  '\\udbff\\udbff',
  '\\u0000',
  '\\u0001\\u001f',
  '\\u007f\\u0085',
  '\\u202e',
  '\\uffff',
  '\\u2028\\r\\n\\t',
]

const MARK = '@@mark@@'
const MARKED = `"${MARK}"`

interface Place {
  holder: Holder
  key: string
}

/** Anywhere in it, most often deep inside. */
function placeIn(root: unknown, random: Random, isWanted = (_: unknown) => true): Place | undefined {
  for (let tries = 0; tries < 60; tries++) {
    const place = placeBelow(root, random)
    if (place && isWanted(place.holder[place.key])) return place
  }
  return undefined
}

function placeBelow(root: unknown, random: Random): Place | undefined {
  let place: Place | undefined
  for (let value = root; isHolder(value) && (!place || random() < 0.8); ) {
    place = { holder: value, key: pick(random, Object.keys(value)) }
    value = value[place.key]
  }
  return place
}

const isHolder = (value: unknown): value is Holder =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0

/** The text with a value, or part of one, in the place of what it holds somewhere; now and then in many places. */
function withValues(text: string, random: Random, value: () => string): string {
  const root = JSON.parse(text)
  const values: string[] = []
  for (let times = random() < 0.7 ? 1 : 1 + below(random, 30); times > 0; times--) {
    const place = placeIn(root, random)
    if (!place) return value()
    place.holder[place.key] = MARK
    values.push(value())
  }
  return JSON.stringify(root).replaceAll(MARKED, () => values.shift() ?? 'null')
}

function withSigns(text: string, random: Random): string | undefined {
  const root = JSON.parse(text)
  const place = placeIn(root, random, (value) => typeof value === 'string')
  if (!place) return undefined
  const before = place.holder[place.key] as string
  const at = below(random, before.length + 1)
  place.holder[place.key] = before.slice(0, at) + MARK + before.slice(at)
  return JSON.stringify(root).replace(MARK, () => pick(random, SIGNS))
}

const POLLUTED =
  '"__proto__":{"title":"x","status":"ok","entries":[],"paper":{"id":"2501.00001","title":"x"}},"constructor":{"prototype":{"title":"x"}}'

function withProto(text: string, random: Random): string | undefined {
  const root = JSON.parse(text)
  const place = placeIn(root, random, (value) => isHolder(value) && !Array.isArray(value))
  if (!place) return undefined
  place.holder[place.key] = { [MARK]: 0, ...(place.holder[place.key] as Holder) }
  return JSON.stringify(root).replace(`${MARKED}:0`, () => POLLUTED)
}

/** The list of papers in it, changed. */
function withEntries(text: string, change: (entries: unknown[]) => unknown[]): string | undefined {
  const root = JSON.parse(text)
  const entries: unknown = Array.isArray(root) ? root : root.collection
  if (!Array.isArray(entries) || entries.length === 0) return undefined
  const changed = change(entries)
  return JSON.stringify(Array.isArray(root) ? changed : { ...root, collection: changed })
}

/** The text with more entries behind its own, given as JSON. */
const withMore = (text: string, more: string): string | undefined =>
  withEntries(text, (entries) => [...entries, MARK])?.replace(MARKED, () => more)

const shuffled = (entries: unknown[], random: Random): unknown[] =>
  entries
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)

const light: Mutations = {
  'a value of another type': ({ text }, random) => withValues(text, random, () => pick(random, VALUES)),
  'a value that is large or deep': ({ text }, random) => withValues(text, random, () => pick(random, LARGE)),
  'an entry of another type': ({ text }, random) => withMore(text, pick(random, VALUES)),
  'an entry that is large or deep': ({ text }, random) => withMore(text, pick(random, LARGE)),
  'half characters and control characters': ({ text }, random) => withSigns(text, random),
  'invalid links': ({ text }, random) =>
    text.includes('"http') ? text.replace(/"https?:[^"]*"/g, () => `"${pick(random, LINKS)}"`) : undefined,
  'keys that name prototypes': ({ text }, random) => withProto(text, random),
  'a key renamed': ({ text }, random) => {
    const root = JSON.parse(text)
    const { holder, key } = placeIn(root, random) ?? {}
    if (!holder || Array.isArray(holder)) return undefined
    holder[`${key}s`] = holder[key!]
    delete holder[key!]
    return JSON.stringify(root)
  },
  'entries in another order': ({ text }, random) => withEntries(text, (entries) => shuffled(entries, random)),
  'entries repeated': ({ text }, random) =>
    withEntries(text, (entries) => entries.flatMap((one) => Array(random() < 0.9 ? 1 : 30).fill(one))),
  'no entry at all': ({ text }) => withEntries(text, () => []),
  'a hundred thousand opening brackets': () => ({ body: Buffer.from('['.repeat(DEEP)), unusable: true }),
  'a hundred thousand brackets': () => deep(DEEP),
  'a hundred thousand objects in each other': () => ({
    body: Buffer.from(deepObjects(DEEP)),
    unusable: true,
  }),
}

const many = (one: string, count = 1_000_000): string => Array(count).fill(one).join()

const heavy: Mutations = {
  'a million numbers': () => ({ body: Buffer.from(`[${many('1')}]`), unusable: true }),
  'a million numbers behind the entries': ({ text }) => withMore(text, many('1')),
  'a million objects behind the entries': ({ text }) => withMore(text, many('{}')),
  'a million things in an entry': ({ text }) => {
    const [names, words] = [many('{}', 150_000), many('"ab"', 500_000)]
    return withMore(text, `{"title":"x","paper":{"title":"x","authors":[${names}],"ai_keywords":[${words}]}}`)
  },
  'as many objects as are read, in an entry': ({ text }) =>
    withMore(text, `{"title":"x","paper":{"title":"x"},"x":[${many('{"a":{}}', 95_000)}]}`),
  'fifty megabytes inside': ({ text }) => ({
    body: Buffer.from(withMore(text, `"${'a'.repeat(50_000_000)}"`) ?? ''),
    unusable: true,
  }),
  'megabytes in three texts': ({ text }) => {
    const long = 'ab é '.repeat(Math.floor((NEARLY_ALL.json - text.length) / 20))
    return withMore(text, `{"title":"${long}","doi":"10.1101/${long}","paper":{"title":"${long}"}}`)
  },
}

export const JSON_MUTATIONS = { light, heavy }
