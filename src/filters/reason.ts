import { listed } from '../words/words.ts'
import type { Match, Reason } from './query.ts'

const MOST_TERMS = 5

/** Why a paper matched, for the person who gets it: "Matched: linear attention, in the title". */
export const reasonSentence = (reason: Reason): string => `Matched: ${reasonWords(reason)}`

/** The same without "Matched:": "linear attention, in the title; author Albert Gu". */
export function reasonWords({ matches }: Reason): string {
  const firsts = matches.filter((match, i) => matches.findIndex((other) => isSameTerm(match, other)) === i)
  const at = (where: Match['where']) => firsts.filter((match) => match.where === where)
  return [
    ...inPart(at('title'), 'in the title'),
    ...inPart(at('abstract'), 'in the abstract'),
    ...inPart(at('keyword'), 'in the keywords'),
    ...at('author').map(({ found }) => `author ${found}`),
    ...at('org').map(({ found }) => `organization ${found}`),
    ...at('category').map(({ found }) => `category ${found}`),
    ...at('code').map(() => 'with code'),
    ...at('votes').map(({ found }) => (found === '1' ? '1 vote' : `${found} votes`)),
  ].join('; ')
}

function inPart(matches: Match[], where: string): string[] {
  if (matches.length === 0) return []
  const terms = matches.map(({ term }) => term)
  const more = terms.length - MOST_TERMS
  const shown = more > 1 ? [...terms.slice(0, MOST_TERMS), `${more} more`] : terms
  return [`${listed(shown, 'and')}, ${where}`]
}

const isSameTerm = (one: Match, other: Match): boolean => one.term.toLowerCase() === other.term.toLowerCase()
