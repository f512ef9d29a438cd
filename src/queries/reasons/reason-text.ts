import { shortDate } from '../../i18n/dates.ts'
import { counted, fill, listed, words } from '../../i18n/words.ts'
import { describePart, shownName } from '../language/describe-query.ts'
import { isTextLeaf, type Leaf, type Match, type Query, type Reason } from '../query.ts'
import { truncate } from '../text/truncate.ts'

/** What a paper has of a query: the terms as typed for its texts, otherwise its own words: "A. Geiger", "cs.LG", "41". */
export type FoundTerms = Partial<Record<Match['where'], string[]>>

/** What a paper has of a query that it does not match, and why it does not. */
export interface QueryGap {
  has: Leaf[]
  missing: Query[]
  unwanted: UnwantedPart[]
}

/** A part under NOT, and what the paper has of it. */
export interface UnwantedPart {
  part: Query
  found: FoundTerms
}

/** A topic of the subscriber: its name, and its id for links. */
interface CloseTo {
  topic: string
  topicId: number
  /** Why a model that read the paper gave its grade, as one line; absent if none did. */
  grade?: { reason: string; by: string }
}

/** Why a paper is shown: plain data, which is stored and becomes a sentence when an email or a page is made. */
export interface WhyShown {
  /** `close`: the terms of `closeTo` that the paper has. Null for a subscriber without topics. */
  reason:
    | { kind: 'match'; found: FoundTerms }
    | { kind: 'close'; terms: string[] }
    | { kind: 'near'; gap: QueryGap }
    | null
  /** The subscriber's other topics that match it. */
  also?: string[]
  /** The topics whose votes it has reached. */
  rising?: string[]
  /** The subscriber's topic that it comes close to; absent for a match. */
  closeTo?: CloseTo
}

export function foundTerms(reason: Reason): FoundTerms {
  const byWhere = Object.groupBy(firstsOf(reason), ({ where }) => where)
  return Object.fromEntries(
    Object.entries(byWhere).map(([where, matches]) => [where, textsOf(where as Match['where'], matches)]),
  )
}

/** Each term where it was found first. */
function firstsOf({ matches }: Reason): Match[] {
  const folded = matches.map(({ term }) => term.toLowerCase())
  return matches.filter((_, i) => folded.indexOf(folded[i]!) === i)
}

function textsOf(where: Match['where'], matches: readonly Match[]): string[] {
  if (IN_PROSE.has(where)) return matches.map(({ term }) => term)
  const isName = where === 'author' || where === 'org'
  return (isName ? distinctNames(matches) : matches).map(({ found }) => found)
}

export const IN_PROSE: ReadonlySet<Match['where']> = new Set(['title', 'abstract', 'keyword'])

/** Each name once, without a name whose word is also in another one: with Songlin Yang, Bo Yang is dropped. */
function distinctNames(matches: readonly Match[]): Match[] {
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

/** Why a paper is shown: "Matched: linear attention, in the title"; empty for a subscriber without topics. */
export const reasonText = (why: WhyShown): string => textOf(why, matchText)

/** What the marked title of a paper does not show of it: "Matches “agent” in the abstract"; empty if it shows all. */
export const beyondTitleText = (why: WhyShown): string => textOf(why, matchBeyondTitleText)

function textOf(why: WhyShown, textOfMatch: (found: FoundTerms) => string): string {
  const { reason, also = [], rising = [] } = why
  switch (reason?.kind) {
    case 'match':
      return [
        textOfMatch(reason.found),
        topicsText(words.reason.also, also),
        topicsText(words.reason.rising, rising),
      ]
        .filter(Boolean)
        .join('. ')
    case 'close':
      return closeText(reason.terms, why.closeTo)
    case 'near':
      return gapText(reason.gap)
    default:
      return ''
  }
}

const topicsText = (sentence: string, names: readonly string[]): string =>
  names.length > 0 ? fill(sentence, { topics: names.map(truncate).join(', ') }) : ''

function closeText(terms: readonly string[], { topic, grade }: Partial<CloseTo> = {}): string {
  const what = terms.length > 0 ? listTerms(terms) : words.reason.closeByMeaning
  const close = fill(words.reason.close, { topic: truncate(topic ?? ''), what })
  return grade ? `${close}. ${fill(words.reason.grade, grade)}` : close
}

/** Why a query matches a paper: "Matched: linear attention, in the title", "Author: Albert Gu". */
export const reasonSentence = (reason: Reason): string => matchText(foundTerms(reason))

function matchText(found: FoundTerms): string {
  const { author = [], org = [], ...others } = found
  const isOnlyName = author.length + org.length === 1 && Object.keys(others).length === 0
  if (!isOnlyName) return fill(words.reason.matched, { what: foundText(found) })
  return author[0]
    ? fill(words.reason.onlyAuthor, { found: author[0] })
    : fill(words.reason.onlyOrg, { found: org[0]! })
}

/** Without what a marked title shows, and votes and code, which emails show anyway. */
function matchBeyondTitleText({ title, abstract, keyword, votes, code, ...others }: FoundTerms): string {
  const inText = Object.entries({ abstract, keyword }).flatMap(([part, terms]) => {
    const quoted = terms?.map((term) => fill(words.reason.beyond.term, { term }))
    return quoted ? [fill(words.reason.beyond[part as 'abstract'], { terms: listTerms(quoted) })] : []
  })
  const what = [listed(inText), foundText(others)].filter(Boolean).join('; ')
  return what && fill(words.reason.beyond.matches, { what })
}

/** "linear attention, in the title; author Albert Gu" */
function foundText(found: FoundTerms): string {
  const inText = (['title', 'abstract', 'keyword'] as const).flatMap((part) => {
    const terms = found[part]
    return terms ? [fill(words.reason[part], { terms: listTerms(terms) })] : []
  })
  const each = (where: Match['where'], text: (found: string) => string) => found[where]?.map(text) ?? []
  return [
    ...each('paper', (name) => fill(words.query.paper, { name: shownName(name) })),
    ...inText,
    ...each('author', (found) => fill(words.reason.author, { found })),
    ...each('org', (found) => fill(words.reason.org, { found })),
    ...each('category', (found) => fill(words.reason.category, { found })),
    ...each('code', () => words.reason.code),
    ...each('revised', (day) => fill(words.reason.revised, { day: shortDate(day) })),
    ...each('votes', (votes) => counted(Number(votes), words.counts.vote)),
  ].join('; ')
}

/** "a, b and c"; with more than six terms, those after the fifth become "3 more". */
function listTerms(terms: readonly string[]): string {
  const count = terms.length - MAX_TERMS
  if (count <= 1) return listed(terms)
  return listed([...terms.slice(0, MAX_TERMS), fill(words.reason.moreTerms, { count })])
}

const MAX_TERMS = 5

const PAPER_PARTS = ['paper', 'title', 'abstract'] as const

/** "Has: linear attention. Missing from the title: robotics" */
export function gapText({ has, missing, unwanted }: QueryGap): string {
  const held = Map.groupBy(has, paperPartOf)
  const lacking = Map.groupBy(missing, paperPartOf)
  const sentenceFor = (sentence: string, terms: string[] = []) =>
    terms.length > 0 ? [fill(sentence, { terms: listTerms([...new Set(terms)]) })] : []
  return [
    ...PAPER_PARTS.flatMap((part) => sentenceFor(words.reason.has[part], held.get(part)?.map(nameOf))),
    ...PAPER_PARTS.flatMap((part) =>
      sentenceFor(words.reason.missing[part], lacking.get(part)?.map(nameMissing)),
    ),
    ...sentenceFor(words.reason.unwanted, unwanted.map(unwantedText)),
  ].join('. ')
}

export const unwantedText = ({ part, found }: UnwantedPart): string => foundText(found) || describePart(part)

/** The only part of a paper to which a term applies. */
const paperPartOf = (part: Query): (typeof PAPER_PARTS)[number] =>
  'field' in part && (part.field === 'title' || part.field === 'abstract') ? part.field : 'paper'

const nameOf = (leaf: Leaf): string =>
  isTextLeaf(leaf) && (leaf.field === 'any' || paperPartOf(leaf) !== 'paper') ? leaf.text : describePart(leaf)

/** The sentence names the part of the paper, so the term must not. */
const nameMissing = (part: Query): string =>
  describePart(paperPartOf(part) === 'paper' ? part : ({ ...part, field: 'any' } as Query))
