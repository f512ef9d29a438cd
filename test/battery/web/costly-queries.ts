import type { InjectOptions } from 'fastify'

/** A query takes up to 2,000 bytes, and a text up to 8,192. */
const BYTES = 1950
/** Twenty topics take up to 24 kB together. */
const BYTES_OF_TOPIC = 1150

const word = (i: number): string => `q${i.toString(36)}`

/** As many of something as a query takes, joined. */
function filled(one: (i: number) => string, by: string, bytes = BYTES): string {
  let text = one(0)
  for (let i = 1; text.length + by.length + one(i).length <= bytes; i++) text += by + one(i)
  return text
}

/** ((((w AND x) OR y) AND z) …, as deep as asked. */
function nest(levels: number, from: number, before = ''): string {
  let text = word(from)
  for (let i = 1; i <= levels; i++) text = `${before}(${text} ${i % 2 ? 'AND' : 'OR'} ${word(from + i)})`
  return text
}

/** Of `words`, which are in many papers. */
const costlyTopics = (words: readonly string[], bytes: number): Record<string, string> => ({
  'nests of AND and OR': filled((i) => nest(8, i * 9), ' ', bytes),
  'OR of common words': filled((i) => words[i % words.length]!, ' OR ', bytes),
  'words that no paper has': filled(word, ' ', bytes),
})

/** Queries that cost much in one part of the program or another. `words` are in many papers. */
const costlyQueries = (words: readonly string[]): Record<string, string> => ({
  ...costlyTopics(words, BYTES),
  'nests of AND and OR, 20 levels': filled((i) => nest(20, i * 21), ' '),
  'nests with NOT': `${word(0)} ${filled((i) => nest(4, i * 5, '-'), ' ', 1900)}`,
  'nests behind or': filled((i) => `a or (${'b or ('.repeat(7)}${word(i)}${')'.repeat(8)}`, ' OR '),
  'AND of common words': filled((i) => words[i % Math.min(40, words.length)]!, ' '),
  'OR of phrases': filled((i) => `"${words[i % words.length]} ${words[(i + 1) % words.length]}"`, ' OR '),
  'one word and many NOTs': `${words[0]} ${filled((i) => `-${words[(i + 1) % words.length]}`, ' ', 1900)}`,
  'titles and abstracts': filled((i) => `title:${words[i % words.length]}`, ' OR '),
  'limits and categories': filled((i) => (i % 2 ? `votes>=${i}` : 'cat:cs'), ' OR '),
  'fields in fields': 'a:'.repeat(970),
  'a long word': 'w'.repeat(BYTES),
  prose: filled((i) => `the use of ${words[i % words.length]} for`, ' '),
  'a long text': filled((i) => `the use of ${words[i % words.length]} for`, ' ', 8100),
})

export interface CostlyRequest {
  name: string
  request: InjectOptions
}

const MAX_TOPICS = 20
/** A form takes 100 kB. */
const MAX_TYPED = 90_000

const form = (url: string, fields: [string, string][]): InjectOptions => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  payload: new URLSearchParams(fields).toString(),
})

const json = (url: string, payload: object): InjectOptions => ({ method: 'POST', url, payload })

/** Each page that reads queries, asked for one. */
const QUERY_PAGES: Record<string, (q: string) => InjectOptions> = {
  'GET /papers': (q) => ({ url: `/papers?q=${encodeURIComponent(q)}` }),
  'GET /feed.xml': (q) => ({ url: `/feed.xml?q=${encodeURIComponent(q)}` }),
  'GET /api/papers': (q) => ({ url: `/api/papers?q=${encodeURIComponent(q)}` }),
  'POST /api/preview': (query) => json('/api/preview', { query }),
  'GET /subscribe': (q) => ({ url: `/subscribe?${`topic=${encodeURIComponent(q)}&`.repeat(2)}` }),
}

/** A form with as many topics as it takes. */
const FORMS: Record<string, (topics: string[]) => InjectOptions> = {
  'POST /preview': (topics) =>
    form(
      '/preview',
      topics.map((topic) => ['topic', topic]),
    ),
  'POST /subscribe': (topics) =>
    form('/subscribe', [
      ...topics.map((topic): [string, string] => ['topic', topic]),
      ['any', 'robots'],
      ['do', 'add'],
    ]),
}

/** Each kind of query at the search, at one other page, and one after the other as topics of a form; then long texts. */
export function costlyRequests(words: readonly string[], random: () => number): CostlyRequest[] {
  const queries = Object.entries(costlyQueries(words))
  const pages = Object.entries(QUERY_PAGES)
  const forms = Object.entries(FORMS)
  const at = ([page, ask]: (typeof pages)[number], [kind, q]: [string, string]) => ({
    name: `${page}, ${kind}`,
    request: ask(q),
  })
  const inForm = ([page, ask]: (typeof forms)[number], kind: string, one: (i: number) => string) => {
    const topics = Array.from({ length: MAX_TOPICS }, (_, i) => one(i))
    return { name: `${page}, ${MAX_TOPICS} topics: ${kind}`, request: ask(topics) }
  }
  const mixed = () => queries[Math.floor(random() * queries.length)]![1]
  return [
    ...queries.map((query) => at(pages[0]!, query)),
    ...queries.map((query, i) => at(pages[1 + (i % (pages.length - 1))]!, query)),
    ...Object.entries(costlyTopics(words, BYTES_OF_TOPIC)).flatMap(([kind, q]) =>
      forms.map((page) => inForm(page, kind, (i) => `${q} t${i}`)),
    ),
    inForm(forms[0]!, 'all kinds', mixed),
    ...['a, ', '«', ' except a', '(', '\n'].flatMap((sign) => {
      const name = `${MAX_TYPED} bytes of ${JSON.stringify(sign)}`
      const topic = sign.repeat(MAX_TYPED / Buffer.byteLength(sign))
      const email = 'ann@example.com'
      return [
        {
          name: `POST /subscribe, ${name}`,
          request: form('/subscribe', [['topic', topic.slice(0, topic.length / 3)]]),
        },
        { name: `POST /api/subscriptions, ${name}`, request: json('/api/subscriptions', { email, topic }) },
        {
          name: `POST /api/subscriptions, half of it, ${name}`,
          request: json('/api/subscriptions', { email, topic: topic.slice(0, topic.length / 2) }),
        },
      ]
    }),
    { name: 'GET /papers, 8 kB', request: { url: `/papers?q=${'a%20OR%20'.repeat(1000)}a` } },
  ]
}

/** Each form with as many topics of one kind as a preview takes, URL-encoded. */
export const costlyPreviews = (words: readonly string[]): string[] =>
  Object.values(costlyTopics(words, BYTES_OF_TOPIC)).map((query) => {
    const topics = Array.from({ length: MAX_TOPICS }, (_, i) => `${query} t${i}`)
    return String(FORMS['POST /preview']!(topics).payload)
  })
