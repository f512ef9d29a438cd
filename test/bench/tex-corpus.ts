import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { testData } from '../support/test-data.ts'

export const TEX_CORPUS = testData('.')

export interface Sourced {
  text: string
  kind: 'title' | 'abstract' | 'author'
}

export const hasTexCorpus = (folder: string): boolean => existsSync(join(folder, 'papers'))

/** Every title, abstract and author as the sources wrote them, each string once. */
export function readTexCorpus(folder: string): Sourced[] {
  const all = READERS.flatMap(([path, ending, read]) =>
    filesIn(join(folder, path), ending).flatMap((file) => read(textOf(file))),
  )
  return [...new Map(all.filter(({ text }) => text.trim() !== '').map((one) => [one.text, one])).values()]
}

type Reader = (file: string) => Sourced[]

const filesIn = (path: string, ending: string): string[] => {
  if (path.endsWith(ending)) return existsSync(path) ? [path] : []
  if (!existsSync(path)) return []
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()
  return names.filter((name) => name.endsWith(ending)).map((name) => join(path, name))
}

function textOf(file: string): string {
  const bytes = readFileSync(file)
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

/** What any of the JSON formats calls a title, an abstract and a name, however deep it lies. */
const KINDS: Record<string, Sourced['kind']> = {
  title: 'title',
  summary: 'abstract',
  abstract: 'abstract',
  name: 'author',
  authors: 'author',
}

function inJson(value: unknown, kind?: Sourced['kind']): Sourced[] {
  if (typeof value === 'string') return kind ? [{ text: value, kind }] : []
  if (Array.isArray(value)) return value.flatMap((one) => inJson(one, kind))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => inJson(inner, KINDS[key]))
}

const ELEMENTS: [kind: Sourced['kind'], pattern: RegExp][] = [
  ['title', /<(?:dc:)?title\b[^>]*>([^<]*)</g],
  ['abstract', /<(?:summary|abstract|description|dc:description)\b[^>]*>([^<]*)</g],
  ['author', /<(?:name|dc:creator|keyname|forenames)\b[^>]*>([^<]*)</g],
]

const inXml: Reader = (xml) =>
  ELEMENTS.flatMap(([kind, pattern]) =>
    [...xml.matchAll(pattern)].map(([, text = '']) => ({ text: withoutEntities(text), kind })),
  )

const NAMED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

const withoutEntities = (text: string): string =>
  text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) =>
    name ? (NAMED[name] ?? whole) : String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal)),
  )

const inLines: Reader = (lines) =>
  lines.split('\n').flatMap((line) => (line === '' ? [] : inJson(JSON.parse(line))))

const READERS: [path: string, ending: string, read: Reader][] = [
  ['huggingface/daily', '.json', (file) => inJson(JSON.parse(file))],
  ['huggingface/later-same-day', '.json', (file) => inJson(JSON.parse(file))],
  ['papers', '.jsonl.gz', inLines],
  ['papers', '.json.gz', (file) => inJson(JSON.parse(file))],
  ['seed/papers.json', '.json', (file) => inJson(JSON.parse(file))],
  ['arxiv/rss', '.xml', inXml],
  ['arxiv/oai', '.xml', inXml],
  ['arxiv/api', '.xml', inXml],
  ['arxiv/api', '.json', (file) => inXml(String(JSON.parse(file).body))],
]
