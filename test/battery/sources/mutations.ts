import { brotliCompressSync, gzipSync } from 'node:zlib'
import { JSON_MUTATIONS } from './mutated-json.ts'
import {
  below,
  type Mutations,
  NEARLY_ALL,
  type Page,
  pick,
  type Random,
  type Served,
  served,
} from './mutated-page.ts'
import { XML_MUTATIONS } from './mutated-xml.ts'

const inserted = (bytes: Buffer, more: Buffer, random: Random): Buffer => {
  const at = below(random, bytes.length)
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)])
}

const unusable = (text: string): Partial<Served> => ({ body: Buffer.from(text), unusable: true })
const typed = (type: string): Partial<Served> => ({ headers: { 'content-type': type } })
const encoded = (encoding: string, body?: Buffer): Partial<Served> => ({
  headers: { 'content-type': 'application/octet-stream', 'content-encoding': encoding },
  ...(body && { body }),
})

const CUTS: Mutations = {
  'cut at any byte': ({ text }, random) => {
    const bytes = Buffer.from(text)
    return { body: bytes.subarray(0, below(random, bytes.length)), unusable: true }
  },
  'cut where the server hangs up': ({ text }, random) => ({
    body: Buffer.from(text).subarray(0, below(random, text.length)),
    manner: 'hangs up',
    unusable: true,
  }),
  'whole, and the server hangs up': () => ({ manner: 'hangs up', unusable: true }),
  'a piece left out': ({ text }, random) => {
    const at = below(random, text.length)
    return text.slice(0, at) + text.slice(at + 1 + below(random, 200))
  },
  'a piece repeated': ({ text }, random) => {
    const at = below(random, text.length)
    const piece = text.slice(at, at + 1 + below(random, 3000))
    return text.slice(0, at) + piece.repeat(1 + below(random, 20)) + text.slice(at)
  },
  'the whole twice': ({ text }) => unusable(text + text),
}

const CHARSETS =
  'latin1 utf-16 utf-16be utf-32 windows-1252 iso-2022-jp iso-2022-kr gb18030 big5 shift_jis x-user-defined koi8-r none "" utf7 replacement'.split(
    ' ',
  )

const ENCODINGS: Mutations = {
  'latin1 bytes': ({ text }) => ({ body: Buffer.from(text, 'latin1') }),
  'latin1 bytes that say so': ({ text }) => ({
    body: Buffer.from(text, 'latin1'),
    ...typed('text/plain; charset=iso-8859-1'),
  }),
  'utf-16': ({ text }) => ({ body: Buffer.from(text, 'utf16le') }),
  'utf-16 that says so': ({ text }) => ({
    body: Buffer.from(`\ufeff${text}`, 'utf16le'),
    ...typed('text/plain; charset=utf-16'),
  }),
  'a charset that lies': (_, random) => typed(`text/xml; charset=${pick(random, CHARSETS)}`),
  'bytes that are no UTF-8': ({ text }, random) => ({
    body: inserted(Buffer.from(text), Buffer.from([0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80]), random),
  }),
  'a byte order mark': ({ text }) => `\ufeff${text}`,
  'NUL bytes': ({ text }, random) => ({ body: inserted(Buffer.from(text), Buffer.alloc(3), random) }),
  'nothing but NUL': () => ({ body: Buffer.alloc(10_000), unusable: true }),
  'control characters': ({ text }, random) => ({
    body: inserted(Buffer.from(text), Buffer.from('\u0001\u0008\u001b[31m\u0085\u202e'), random),
  }),
}

const HTML =
  '<!DOCTYPE html><html><head><title>Back soon</title></head><body><h1>Back soon</h1></body></html>'

const LIES: Mutations = {
  HTML: () => ({ ...unusable(HTML), ...typed('text/html') }),
  'HTML with the type of JSON or XML': () => unusable(HTML),
  'an empty body': () => unusable(''),
  'only blanks': () => unusable(' \r\n\t '),
  'another type': (_, random) =>
    typed(pick(random, ['text/html', 'image/png', 'multipart/form-data; boundary=', 'x', '; charset=;'])),
  'an encoding that lies': (_, random) => ({
    ...encoded(pick(random, ['gzip', 'br', 'deflate', 'zstd', 'gzip, gzip, br'])),
    unusable: true,
  }),
  'an unknown encoding': (_, random) => encoded(pick(random, ['none', 'gzipp', 'identity'])),
  'gzip and brotli': ({ text }, random) =>
    random() < 0.5 ? encoded('gzip', gzipSync(text)) : encoded('br', brotliCompressSync(text)),
  'gzip that ends in the middle': ({ text }) => ({
    ...encoded('gzip', gzipSync(text).subarray(0, -12)),
    unusable: true,
  }),
  'another status': (_, random) => ({
    status: pick(
      random,
      [201, 204, 206, 300, 301, 304, 400, 401, 403, 404, 410, 418, 451, 500, 502, 503, 504],
    ),
    unusable: true,
  }),
  'another status, and HTML': (_, random) => ({
    ...unusable(HTML),
    status: pick(random, [204, 301, 400, 404, 418, 429, 500, 503]),
  }),
  'too many requests, with odd times': (_, random) => ({
    status: pick(random, [429, 503]),
    headers: {
      'retry-after': pick(random, [
        '-1',
        '1e9',
        '99999999999999999999',
        'Thu, 01 Jan 1970 00:00:00 GMT',
        'x',
      ]),
      ratelimit: pick(random, ['"api";r=0;t=99999999999999999', '"api";r=;t=', '"api";r=-1;t=-1']),
    },
    unusable: true,
  }),
  'headers about limits that lie': (_, random) => ({
    headers: {
      ratelimit: pick(random, ['"api";r=0;t=99999999999999999', '"api";r=0;t=1', 'x'.repeat(5000)]),
    },
  }),
}

/** Of these a run has few: each takes seconds, or megabytes. */
const HEAVY: Mutations = {
  'drips beyond the time limit': () => ({ manner: 'drips', unusable: true }),
  'fifty megabytes of blanks after it': ({ text }) => ({
    body: Buffer.concat([Buffer.from(text), Buffer.alloc(50_000_000, ' ')]),
    unusable: true,
  }),
  'fifty megabytes that came as kilobytes': () => ({
    ...encoded('gzip', gzipSync(Buffer.alloc(50_000_000, ' '))),
    unusable: true,
  }),
  'megabytes that are no UTF-8': ({ format }) => ({
    body: Buffer.alloc(NEARLY_ALL[format], 0xe9),
    unusable: true,
  }),
  'megabytes of blanks before it': ({ format, text }) => {
    const bytes = Buffer.from(text)
    return { body: Buffer.concat([Buffer.alloc(NEARLY_ALL[format] - bytes.length, ' '), bytes]) }
  },
}

const OF_FORMAT = { json: JSON_MUTATIONS, xml: XML_MUTATIONS }

export interface Mutated extends Served {
  name: string
}

/** One of many ways. Half of the time one that knows the format: those see most of a parser. */
export function mutate(page: Page, random: Random): Mutated {
  const own = OF_FORMAT[page.format].light
  const others = { ...CUTS, ...ENCODINGS, ...LIES }
  for (;;) {
    const mutated = by(random() < 0.5 ? own : others, page, random)
    if (mutated) return mutated
  }
}

export const mutateHeavily = (page: Page, random: Random, place: number): Mutated => {
  const all = Object.entries({ ...HEAVY, ...OF_FORMAT[page.format].heavy })
  const [name, mutation] = all[place % all.length]!
  return by({ [name]: mutation }, page, random) ?? { ...served(page), name: 'as it came' }
}

function by(mutations: Mutations, page: Page, random: Random): Mutated | undefined {
  const name = pick(random, Object.keys(mutations))
  const found = mutations[name]!(page, random)
  if (found === undefined) return undefined
  const otherwise = typeof found === 'string' ? { body: Buffer.from(found) } : found
  return { ...served(page, otherwise), name }
}
