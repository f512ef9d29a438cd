import { randomFrom } from '../battery/bench/seeded-random.ts'

/** A library that costs much to read, of up to 5 MB. */
export interface ExpensiveLibrary {
  name: string
  body: string
}

const LINES = 2400

const lines = (line: string): string => `${line}\n`.repeat(LINES)

const bibtex = (count: number, entry: (n: number) => { title: string; abstract: string }): string =>
  Array.from({ length: count }, (_, n) => {
    const { title, abstract } = entry(n)
    return `@article{k${n}, title = {${title}}, abstract = {${abstract}}}\n`
  }).join('')

/** Words that no other paper has. */
function randomWords(count: number, random: () => number): string {
  const letters = () => Math.floor(random() * 26 ** 6).toString(26)
  return Array.from({ length: count }, () => letters().replace(/\d/g, 'k')).join(' ')
}

const formulas = (count: number): string =>
  bibtex(count, (n) => ({ title: `Formula ${n}`, abstract: '\\['.repeat(100) + ' a'.repeat(1400) }))

/** Each took a reader seconds or minutes that had no limit, or whose time grew faster than the text. */
export function expensiveLibraries(): ExpensiveLibrary[] {
  const random = randomFrom(7)
  const words = () => ({ title: randomWords(40, random), abstract: randomWords(290, random) })
  const scripts = (n: number) => ({ title: `${n} $x${'^x'.repeat(140)}$`, abstract: '\\left('.repeat(400) })
  return [
    { name: 'formulas without end', body: formulas(400) },
    { name: 'blanks', body: lines(`x${' '.repeat(1990)}y`) },
    { name: 'brackets before a word', body: lines(`y${')'.repeat(1980)}x b`) },
    { name: 'brackets', body: lines(')'.repeat(1990)) },
    { name: 'scripts of scripts', body: bibtex(1800, scripts) },
    { name: 'random words', body: bibtex(2000, words) },
    // So few that their abstracts are read too.
    { name: 'few formulas without end', body: formulas(200) },
  ]
}
