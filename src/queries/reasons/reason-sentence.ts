import { shortDate } from '../../i18n/dates.ts'
import { counted, fill, listed, words } from '../../i18n/words.ts'
import { shownName } from '../language/describe-query.ts'
import type { Match, Reason } from '../query.ts'

const MAX_TERMS = 5

/** Why a paper matched, as text for the subscriber: "Matched: linear attention, in the title", "Author: Albert Gu". */
export function reasonSentence(reason: Reason): string {
  const names = reason.matches.every(({ where }) => NAMED[where]) ? distinctNames(reason.matches) : []
  const [first, ...others] = names
  return first && others.length === 0
    ? fill(NAMED[first.where]!, { found: first.found })
    : fill(words.reason.matched, { what: reasonWords(reason) })
}

const NAMED: Partial<Record<Match['where'], string>> = {
  author: words.reason.onlyAuthor,
  org: words.reason.onlyOrg,
}

/** The same without "Matched:": "linear attention, in the title; author Albert Gu". */
export function reasonWords({ matches }: Reason): string {
  const firsts = matches.filter((match, i) => matches.findIndex((other) => isSameTerm(match, other)) === i)
  const at = (where: Match['where']) => firsts.filter((match) => match.where === where)
  return [
    ...at('paper').map(({ found }) => fill(words.query.paper, { name: shownName(found) })),
    ...inPart(at('title'), words.reason.title),
    ...inPart(at('abstract'), words.reason.abstract),
    ...inPart(at('keyword'), words.reason.keyword),
    ...distinctNames(at('author')).map(({ found }) => fill(words.reason.author, { found })),
    ...distinctNames(at('org')).map(({ found }) => fill(words.reason.org, { found })),
    ...at('category').map(({ found }) => fill(words.reason.category, { found })),
    ...at('code').map(() => words.reason.code),
    ...at('revised').map(({ found }) => fill(words.reason.revised, { day: shortDate(found) })),
    ...at('votes').map(({ found }) => counted(Number(found), words.counts.vote)),
  ].join('; ')
}

/** Each name once, without a name whose word is also in another one: with Songlin Yang, Bo Yang is dropped. */
function distinctNames(matches: Match[]): Match[] {
  const kept: Match[] = []
  for (const match of matches) {
    const others = matches.filter(({ found }) => found !== match.found)
    const isElsewhere = others.some(
      ({ term, found }) => holds(found, match.term) && !holds(match.found, term),
    )
    if (!isElsewhere && !kept.some(({ found }) => found === match.found)) kept.push(match)
  }
  return kept
}

const holds = (name: string, term: string): boolean => name.toLowerCase().includes(term.toLowerCase())

const inPart = (matches: Match[], sentence: string): string[] =>
  matches.length === 0 ? [] : [fill(sentence, { terms: listTerms(matches.map(({ term }) => term)) })]

/** "a, b and c"; with more than six terms, those after the fifth become "3 more". */
export function listTerms(terms: readonly string[]): string {
  const count = terms.length - MAX_TERMS
  if (count <= 1) return listed(terms)
  return listed([...terms.slice(0, MAX_TERMS), fill(words.reason.moreTerms, { count })])
}

const isSameTerm = (one: Match, other: Match): boolean => one.term.toLowerCase() === other.term.toLowerCase()
