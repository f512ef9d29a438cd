// How well TeX becomes plain text: npm run bench -- tex [--data FOLDER] [--json]
// Titles, abstracts and names as the sources wrote them (TEST_DATA/papers, or FOLDER): what of TeX is left, what else changes,
// how many texts labelled by hand come out as labelled, and how long it takes. --json lists all.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { plainText } from '../../src/papers/text/plain-text.ts'
import { noTestData } from '../support/test-data.ts'
import { hasTexCorpus, readTexCorpus, TEX_CORPUS } from './tex-corpus.ts'
import { texLeft } from './tex-left.ts'

interface Speed {
  /** Milliseconds for a thousand strings. */
  all: number
  withTex: number
  nfkc: number
  ratio: number
}

interface TexMeasured {
  strings: number
  byKind: Record<string, number>
  withTex: number
  left: string[]
  without: number
  /** 10^{19} whose dollars a source dropped. */
  strayBraces: string[]
  changed: string[]
  labelled: { all: number; agree: number; differ: { tex: string; plain: string; got: string }[] }
  speed: Speed
}

const LABELLED = resolve(import.meta.dirname, '../fixtures/tex/labelled.json')
const MAX_LISTED = 20

function measureTex(folder: string): TexMeasured {
  const all = readTexCorpus(folder)
  const texts = all.map(({ text }) => text)
  const withTex = texts.filter((text) => /[$\\]/.test(text))
  const without = texts.filter((text) => !/[$\\]/.test(text))
  const changed = without.filter((text) => plainText(text) !== tidied(text))
  return {
    strings: texts.length,
    byKind: Object.fromEntries(
      [...Map.groupBy(all, ({ kind }) => kind)].map(([kind, of]) => [kind, of.length]),
    ),
    withTex: withTex.length,
    left: withTex.map((text) => texLeft(text, plainText(text))).filter((left) => left !== null),
    without: without.length,
    strayBraces: changed.filter(hasStrayBraces).map(aroundBrace),
    changed: changed.filter((text) => !hasStrayBraces(text)),
    labelled: readLabelled(),
    speed: speedOf(texts, withTex),
  }
}

/** All that may happen to a text without a dollar and a backslash. */
const tidied = (text: string): string =>
  text
    .split(/([²³¹⁰-ₜ™])/u)
    .map((part, i) => (i % 2 === 0 ? part.normalize('NFKC') : part))
    .join('')
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()

/** A script in braces, one sign in braces, or an address with braces right behind it. */
const hasStrayBraces = (text: string): boolean =>
  /[\^_]\{[^\s{}]+\}|\{[^\w\s{}]\}|https?:\/\/[^\s{}]+\{/u.test(text)

const aroundBrace = (text: string): string =>
  /.{0,30}\{[^}]{0,30}\}?/s.exec(text)?.[0].replace(/\s+/g, ' ') ?? ''

function readLabelled(): TexMeasured['labelled'] {
  const labelled: { tex: string; plain: string }[] = JSON.parse(readFileSync(LABELLED, 'utf8'))
  const differ = labelled
    .map(({ tex, plain }) => ({ tex, plain, got: plainText(tex) }))
    .filter(({ plain, got }) => got !== plain)
  return { all: labelled.length, agree: labelled.length - differ.length, differ }
}

function speedOf(texts: string[], withTex: string[]): Speed {
  const [all, tex, nfkc] = [
    millisecondsOf(texts, plainText),
    millisecondsOf(withTex, plainText),
    millisecondsOf(texts, (text) => text.normalize('NFKC')),
  ]
  return { all, withTex: tex, nfkc, ratio: Math.round(all / nfkc) }
}

/** For a thousand texts; the best of three rounds. */
function millisecondsOf(texts: string[], work: (text: string) => string): number {
  const rounds = [1, 2, 3].map(() => {
    const begun = performance.now()
    for (const text of texts) work(text)
    return performance.now() - begun
  })
  return (Math.min(...rounds) / Math.max(1, texts.length)) * 1000
}

export async function benchTex(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({ args, options: { data: { type: 'string' }, json: { type: 'boolean' } } })
  const folder = values.data ?? TEX_CORPUS
  if (!folder || !hasTexCorpus(folder))
    return {
      json: null,
      text: `No papers to measure on: ${noTestData('papers')}. Or name a folder with --data.`,
    }
  const measured = measureTex(folder)
  return { json: measured, text: textOf(measured) }
}

function textOf(m: TexMeasured): string {
  const share = (part: number, whole: number) => `${((part / Math.max(1, whole)) * 100).toFixed(2)} %`
  const kinds = Object.entries(m.byKind).map(([kind, count]) => `${count} ${kind}s`)
  const { labelled, speed } = m
  return [
    `${m.strings} different strings: ${kinds.join(', ')}.`,
    `With a dollar or a backslash: ${m.withTex}. Raw TeX left in ${m.left.length} of them (${share(m.left.length, m.withTex)}).`,
    ...listed(m.left),
    `Without either: ${m.without}. Changed beyond NFKC, white space and invisible characters: ${m.changed.length}.`,
    ...listed(m.changed),
    `TeX without a dollar or a backslash, made plain (10^{19}, 1{,}182, an address with {…} behind): ${m.strayBraces.length}.`,
    `Labelled by hand: ${labelled.agree} of ${labelled.all} come out as labelled.`,
    ...labelled.differ
      .slice(0, MAX_LISTED)
      .flatMap(({ plain, got }) => [`  label ${plain}`, `  got   ${got}`]),
    `Milliseconds for 1000 strings: ${speed.all.toFixed(1)} (${speed.withTex.toFixed(0)} where all hold TeX), ${speed.ratio} times a plain NFKC pass (${speed.nfkc.toFixed(2)}).`,
  ].join('\n')
}

const listed = (all: string[]): string[] =>
  all.slice(0, MAX_LISTED).map((one) => `  ${one.replace(/\s+/g, ' ').slice(0, 140)}`)
