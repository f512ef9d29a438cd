import { shortDate } from '../../words/dates.ts'
import { counted, fill, listed, words } from '../../words/words.ts'
import { shownName } from '../language/describe-query.ts'
import type { Match, Reason } from '../query.ts'

const MOST_TERMS = 5

/** Why a paper matched, for the person who gets it: "Matched: linear attention, in the title". */
export const reasonSentence = (reason: Reason): string =>
  fill(words.reason.matched, { what: reasonWords(reason) })

/** The same without "Matched:": "linear attention, in the title; author Albert Gu". */
export function reasonWords({ matches }: Reason): string {
  const firsts = matches.filter((match, i) => matches.findIndex((other) => isSameTerm(match, other)) === i)
  const at = (where: Match['where']) => firsts.filter((match) => match.where === where)
  return [
    ...at('paper').map(({ found }) => fill(words.query.paper, { name: shownName(found) })),
    ...inPart(at('title'), words.reason.title),
    ...inPart(at('abstract'), words.reason.abstract),
    ...inPart(at('keyword'), words.reason.keyword),
    ...at('author').map(({ found }) => fill(words.reason.author, { found })),
    ...at('org').map(({ found }) => fill(words.reason.org, { found })),
    ...at('category').map(({ found }) => fill(words.reason.category, { found })),
    ...at('code').map(() => words.reason.code),
    ...at('revised').map(({ found }) => fill(words.reason.revised, { day: shortDate(found) })),
    ...at('votes').map(({ found }) => counted(Number(found), words.counts.vote)),
  ].join('; ')
}

const inPart = (matches: Match[], sentence: string): string[] =>
  matches.length === 0 ? [] : [fill(sentence, { terms: termsOf(matches.map(({ term }) => term)) })]

/** "a, b and c", the fifth and those after it as "3 more". */
export function termsOf(terms: readonly string[]): string {
  const count = terms.length - MOST_TERMS
  if (count <= 1) return listed(terms)
  return listed([...terms.slice(0, MOST_TERMS), fill(words.reason.moreTerms, { count })])
}

const isSameTerm = (one: Match, other: Match): boolean => one.term.toLowerCase() === other.term.toLowerCase()
