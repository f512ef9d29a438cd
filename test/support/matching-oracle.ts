import type { Paper } from '../../src/papers/paper.ts'
import { plainText } from '../../src/papers/text/plain-text.ts'
import type { Leaf, Query } from '../../src/queries/query.ts'
import { hideAvailability } from '../../src/queries/text/availability.ts'
import { partsOf, stemOf } from '../../src/queries/text/word-forms.ts'

// The rules of matching by a plain, slow method that shares nothing with the program's: each text is one line of words,
// each term one regular expression, and each query yes or no for every paper. Only the list of word forms is the program's;
// it has tests of its own.

const MAX_JOINED_LENGTH = 4
/** Longer terms would make expressions of many thousands of characters. */
const MAX_TERM_LENGTH = 8
const ANY_STEM = '[^ ~]+'
// A word of a line has one form, or two with a sign between them: muller/Muller~mueller/Mueller
const FIRST_FORM = '(?:[^ ~]*~)?'
const SECOND_FORM = '(?:~[^ ]*)?'

interface Lines {
  title: string
  abstract: string
  keyword: string[]
  author: string[]
  org: string[]
}

/** Returns a function that says for each of `papers`, in their order, whether a query matches it. */
export function matchingOracle(papers: readonly Paper[]): (query: Query) => boolean[] {
  const lines = papers.map(linesOf)
  const cached = new Map<string, boolean[]>()
  const leafResults = (leaf: Leaf): boolean[] => {
    const name = JSON.stringify(leaf)
    const results = cached.get(name) ?? papers.map(matcherOf(leaf, lines))
    cached.set(name, results)
    return results
  }
  const resultsFor = (query: Query): boolean[] => {
    if (query.kind === 'not') return resultsFor(query.part).map((met) => !met)
    if (!('parts' in query)) return leafResults(query)
    const parts = query.parts.map(resultsFor)
    const least = { and: parts.length, term: parts.length, or: 1, some: 'least' in query ? query.least : 0 }
    return papers.map((_, i) => parts.filter((part) => part[i]).length >= least[query.kind])
  }
  return resultsFor
}

function matcherOf(leaf: Leaf, lines: Lines[]): (paper: Paper, i: number) => boolean {
  if (leaf.kind === 'votes') return ({ votes }) => votes !== null && votes >= leaf.least
  if (leaf.kind === 'revised') return ({ revisedDay }) => revisedDay !== null
  if (leaf.kind === 'paper')
    return ({ arxivId, doi, id }) =>
      leaf.name === arxivId || leaf.name === `doi:${doi ?? ' '}` || leaf.name === `id:${id}`
  if (leaf.kind === 'has-code') return ({ codeUrl }) => Boolean(codeUrl)
  if (leaf.kind === 'category')
    return ({ categories }) => categories.some((one) => `${one}.`.startsWith(`${leaf.value}.`))
  const { field, text } = leaf
  if (field === 'author') {
    const words = wordsOf(text).map((forms) => forms.map((word) => ` ${word.toLowerCase()} `))
    return (_, i) =>
      lines[i]!.author.some((name) => words.every((forms) => forms.some((word) => name.includes(word))))
  }
  if (field === 'org') {
    const name = new RegExp(nameSource(wordsOf(text)))
    return (_, i) => lines[i]!.org.some((line) => name.test(line))
  }
  const term = new RegExp(termSource(wordsOf(text).flatMap(formsInParts)), 'u')
  const parts = field === 'any' ? (['title', 'abstract', 'keyword'] as const) : [field]
  return (_, i) => parts.some((part) => [lines[i]![part]].flat().some((line) => term.test(line)))
}

function linesOf(paper: Paper): Lines {
  const prose = (text: string) =>
    ` ${wordsOf(plainText(text))
      .map((forms) => forms.map((word) => `${stem(word)}/${word}`).join('~'))
      .join(' ')} `
  const name = (text: string, sign: string) =>
    ` ${wordsOf(plainText(text))
      .map((forms) => forms.join(sign))
      .join(' ')
      .toLowerCase()} `
  return {
    title: prose(paper.title),
    abstract: prose(hideAvailability(plainText(paper.abstract))),
    keyword: paper.keywords.map(prose),
    // The words of a name are in no order, so both forms of a word may be beside each other.
    author: paper.authors.map((author) => name(author, ' ')),
    org: paper.organization ? [name(paper.organization, '~')] : [],
  }
}

/** A word in the one or two ways that it is written without accents. */
type Forms = string[]

/** Multi and modal for multimodal. */
const formsInParts = ([word = '', ...others]: Forms): Forms[] => {
  const parts = partsOf(word)
  return parts.length > 1 ? parts.map((part) => [part]) : [[word, ...others]]
}

const wordsOf = (text: string): Forms[] =>
  text
    .replace(/['’]s(?![\p{L}\p{N}\p{M}])/gu, ' ')
    .replace(/(?<![\p{L}\p{N}])(\p{L})\+\+(?![\p{L}\p{N}])/gu, ' $1plusplus ')
    .replace(/(?<![\p{L}\p{N}])(\p{L})#(?![\p{L}\p{N}])/gu, ' $1sharp ')
    .replace(/(\p{Nd})\.(?=\p{Nd})/gu, '$1point')
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => withoutAccents(word) !== '')
    .map((word) => [...new Set([withoutAccents(word), withoutAccents(asTyped(word))])])

const SPECIAL = [
  'łl',
  'øo',
  'đd',
  'ðd',
  'ßss',
  'æae',
  'œoe',
  'þth',
  'ıi',
  'ŁL',
  'ØO',
  'ĐD',
  'ÐD',
  'ÆAE',
  'ŒOE',
  'ÞTH',
]

/** Without the letters that other keyboards lack. */
const asTyped = (word: string): string =>
  word
    .normalize('NFC')
    .replace(/[äöü]/gi, (letter) => `${withoutAccents(letter)}e`)
    .replace(/ø/gi, (letter) => `${withoutAccents(letter)}e`)
    .replace(/å/g, 'aa')
    .replace(/Å/g, 'Aa')

const withoutAccents = (word: string): string =>
  SPECIAL.reduce(
    (text, [letter = '', ...plain]) => text.replaceAll(letter, plain.join('')),
    word.normalize('NFKD').replace(/\p{M}+/gu, ''),
  )

const stems = new Map<string, string>()

function stem(word: string): string {
  const stem = stems.get(word) ?? computedStem(word)
  stems.set(word, stem)
  return stem
}

function computedStem(word: string): string {
  const lower = withoutPlural(word).toLowerCase().replaceAll('ς', 'σ')
  if (/^[cgnt]pus$/.test(lower)) return lower.slice(0, 3)
  if (/^[a-z]{4,}$/.test(lower) && /[^s]s$/.test(lower) && !/[aeiouy]/.test(lower)) return lower.slice(0, -1)
  return stemOf(lower)
}

/** "LLM" for "LLMs"; other words unchanged. */
const withoutPlural = (word: string): string =>
  isAcronym(word.replace(/s$/, '')) ? word.replace(/s$/, '') : word

const isAcronym = (word: string): boolean =>
  /^\p{L}{2,5}$/u.test(word) && word.replace(/[^\p{Lu}]/gu, '').length > 1

const quoted = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** Adjacent words, of which any neighbours may be written as one. */
function termSource(words: Forms[]): string {
  // Without a stem that may be any, the expression begins with a literal, which is faster.
  const begun = (source: string) =>
    source.startsWith(ANY_STEM) ? source.slice(ANY_STEM.length) : `[ ~]${source}`
  return sourcesFrom(words, joinedSource).map(begun).join('|')
}

function nameSource(words: Forms[]): string {
  const lower = words.map((forms) => forms.map((word) => word.toLowerCase()))
  return `[ ~](?:${sourcesFrom(lower, (run) => quoted(run.join(''))).join('|')})`
}

/** For each number of first words that may be written as one: these, then the others likewise. */
function sourcesFrom(words: Forms[], source: (run: string[]) => string): string[] {
  const first = words.slice(0, 2).map(([word = '']) => word)
  const longest = words.length > MAX_TERM_LENGTH ? partsOf(first.join('')).length : MAX_JOINED_LENGTH
  return Array.from({ length: Math.min(longest, words.length) }, (_, n) => {
    const others = sourcesFrom(words.slice(n + 1), source)
    const run = words.slice(0, n + 1)
    // Only a word by itself is also searched for in its other form.
    const sources = n === 0 ? run[0]!.map((form) => source([form])) : [source(run.map(([word = '']) => word))]
    const own = sources.length > 1 ? `(?:${sources.join('|')})` : sources[0]
    return `${own}${SECOND_FORM} ${others.length > 0 ? `${FIRST_FORM}(?:${others.join('|')})` : ''}`
  })
}

function joinedSource(words: string[]): string {
  const [first = '', ...others] = words.map(withoutPlural)
  if (others.length === 0 && isAcronym(first)) return `${ANY_STEM}/${quoted(first)}s?`
  const needed = words.flatMap((word, i) =>
    isAcronym(withoutPlural(word))
      ? [`(?=.{${words.slice(0, i).join('').length}}${quoted(withoutPlural(word))})`]
      : [],
  )
  return `${quoted(stem(words.join('')))}/${needed.join('')}[^ ~]+`
}
