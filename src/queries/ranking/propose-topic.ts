import type { Archive, DayBounds } from '../archive.ts'
import type { PaperText } from '../text/tokens.ts'
import { papersNamed, papersWith, rarityOf, withinDays } from './phrase-papers.ts'
import { isPart, type Phrase, phrasesIn } from './phrases.ts'
import { topK } from './ranker.ts'

/** A query for papers similar to some, and the number of papers that it would have matched. */
export interface ProposedTopic {
  query: string
  /** The alternatives of the query, the best first. */
  phrases: string[]
  papers: number
}

/** The texts of a paper that topics come from. */
export type ProposalText = Pick<PaperText, 'title' | 'abstract' | 'keywords'>

interface ProposeTopicInput {
  /** Ids of similar papers of the archive: what they contain too is more likely a subject. */
  similarIds: readonly number[]
  /** About four weeks. */
  days: DayBounds
}

/** Proposes a topic for papers similar to one; null if they share no subject. */
export function proposeTopic(
  archive: Archive,
  paper: ProposalText,
  input: ProposeTopicInput,
): ProposedTopic | null {
  const subjects = subjectsOf(archive, paper, input).sort((a, b) => b.score - a.score)
  if (subjects.length === 0) return null
  const { phrases, found } = withAlternatives(subjects)
  const texts = phrases.map(({ text }) => text)
  return { query: texts.map((text) => `"${text}"`).join(' OR '), phrases: texts, papers: found.size }
}

/** A phrase of the paper. */
interface Candidate extends Phrase {
  /** How often the paper contains it, where the title counts several times. */
  prominence: number
  /** How many similar papers contain it. */
  sharing: number
  score: number
}

/** A phrase that the archive treats as a subject. */
interface Subject extends Candidate {
  found: Uint32Array
  /** The papers of `found` within the days. */
  recent: Uint32Array
}

const IN_TITLE = 4
/** A phrase that is not in the title is rather a method that the paper uses. */
const OUTSIDE_TITLE = 0.5
/** More occurrences say nothing more. */
const MAX_COUNTED = 3
/** A phrase that is not in the title must occur several times. */
const MIN_PROMINENCE = 2
/** How many phrases are compared with the archive. */
const MAX_TRIED = 24
/** A paper with this prominence of a phrase is about it. */
const CENTRAL = IN_TITLE + 2
/** Otherwise it is in this many titles or keywords of the archive, and in this share of the papers that contain it. */
const MIN_NAMED = 3
const MIN_NAMED_SHARE = 0.08
/** Beyond this share of all papers, a phrase is the field and not the subject. */
const MAX_SHARE = 0.04
/** How many times more often the papers must contain it than others do, for the full score. */
const FULL_LIFT = 6
/** Below it, the phrase is mentioned and not the subject. */
const MIN_SCORE = 5
const NARROW = 0.3
/** Papers within the days: fewer are narrow, more are too many for a reader. */
const FITTING = { least: 2, most: 30 }

function subjectsOf(
  archive: Archive,
  paper: ProposalText,
  { similarIds, days }: ProposeTopicInput,
): Subject[] {
  const similar = similarIds.flatMap((id) => archive.index.docIdOf(id) ?? [])
  const others = Math.max(1, similar.length)
  const candidates = candidatesOf(paper)
  countSharing(archive, candidates, similar)
  for (const one of candidates) {
    const inTitle = one.prominence >= IN_TITLE ? 1 : OUTSIDE_TITLE
    one.score = inTitle * one.prominence * Math.log2(1.5 + one.sharing) * rarityOf(archive, one.keys)
  }
  const subjects: Subject[] = []
  const unlikely: Candidate[] = []
  const score = (place: number) => candidates[place]!.score
  for (const place of topK(candidates.length, MAX_TRIED, (a, b) => score(b) - score(a) || a - b)) {
    const one = candidates[place]!
    // The archive only lowers a score, so such a phrase is neither the best nor an alternative.
    const best = Math.max(0, ...subjects.filter(isSelectable).map(({ score }) => score))
    const isUnlikely = one.score < Math.max(MIN_SCORE, ALTERNATIVE.score * best)
    const naming = isUnlikely ? [] : papersNaming(archive, one, days)
    const subject = mayBeSubject(one, naming) ? subjectOf(archive, one, { naming, days, others }) : null
    if (subject) subjects.push(subject)
    else unlikely.push(one)
  }
  // Unless it is the whole name of what is one.
  for (const one of unlikely) {
    if (!subjects.some((part) => part.score > 0 && isPart(part, one))) continue
    const whole = subjectOf(archive, one, { naming: [], days, others })
    if (whole) subjects.push(whole)
  }
  mergeFragments(subjects)
  return subjects.filter(isSelectable)
}

const isSelectable = ({ score, prominence }: Candidate): boolean =>
  score >= MIN_SCORE && prominence >= MIN_PROMINENCE

/** The papers named after a phrase; none if too many of the days have it for a subject. */
function papersNaming(archive: Archive, { text }: Phrase, days: DayBounds): Uint32Array[] {
  const named = papersNamed(archive, text)
  return withinDays(archive, named[0]!, days).length > FITTING.most ? [] : named
}

const countOf = (naming: readonly Uint32Array[]): number => sum(naming.map(({ length }) => length))

/** Whether the papers with a phrase, of which some are named after it, may make it a subject. */
const mayBeSubject = ({ prominence }: Candidate, naming: readonly Uint32Array[]): boolean =>
  countOf(naming) >= (prominence >= CENTRAL ? 1 : MIN_NAMED)

/** A phrase with its papers, and its score by how they use it; null if it has none or too many. */
function subjectOf(
  archive: Archive,
  one: Candidate,
  { naming, days, others }: { naming: Uint32Array[]; days: DayBounds; others: number },
): Subject | null {
  const found = papersWith(archive, one.text, naming)
  const all = found.length
  if (all === 0 || all > Math.max(FITTING.most, MAX_SHARE * archive.index.size)) return null
  const recent = withinDays(archive, found, days)
  if (recent.length > FITTING.most) return null
  const named = countOf(naming)
  const isCentral = all > 1 && one.prominence >= CENTRAL
  const isSubject = isCentral || (named >= MIN_NAMED && named >= MIN_NAMED_SHARE * all)
  const lift = one.sharing / others / (all / archive.index.size)
  const fit = recent.length < FITTING.least ? NARROW : 1
  const score = one.score * Math.sqrt(Math.min(1, named / all)) * Math.min(1, lift / FULL_LIFT) * fit
  return { ...one, found, recent, score: isSubject ? score : 0 }
}

/** The share of a longer phrase at which the shorter one is part of its name: group relative policy (optimization). */
const FRAGMENT = 0.65

/** Where nearly all papers continue a phrase in the same way, the whole name takes its place. */
function mergeFragments(subjects: Subject[]): void {
  for (const one of subjects.toSorted((a, b) => a.keys.length - b.keys.length)) {
    const whole = subjects.find(
      (other) => isPart(one, other) && other.found.length >= FRAGMENT * one.found.length,
    )
    if (!whole) continue
    whole.score = Math.max(whole.score, one.score)
    whole.prominence = one.prominence
    one.score = 0
  }
}

const ENOUGH = 10
const MAX_PHRASES = 3
/** An alternative has this share of the best score, and this share of its papers also contains the first phrase. */
const MIN_OVERLAP = 2
const ALTERNATIVE = { score: 0.5, overlap: 0.3 }

/** The best phrase, with alternatives for the same subject if it matches few papers. */
function withAlternatives([first, ...others]: readonly Subject[]): {
  phrases: Subject[]
  found: Set<number>
} {
  const phrases = [first!]
  const [all, found] = [new Set(first!.found), new Set(first!.recent)]
  for (const other of others) {
    if (phrases.length === MAX_PHRASES || found.size >= ENOUGH) break
    if (other.score < ALTERNATIVE.score * first!.score || phrases.some((one) => isPart(one, other))) continue
    const overlap = Math.max(MIN_OVERLAP, ALTERNATIVE.overlap * other.found.length)
    if (other.found.filter((docId) => all.has(docId)).length < overlap) continue
    const more = other.recent.filter((docId) => !found.has(docId))
    if (more.length === 0 || found.size + more.length > FITTING.most) continue
    for (const docId of more) found.add(docId)
    phrases.push(other)
  }
  return { phrases, found }
}

function candidatesOf({ title, abstract, keywords }: ProposalText): Candidate[] {
  const candidates = new Map<string, Candidate>()
  for (const phrase of phrasesIn([title])) addTo(candidates, phrase, IN_TITLE)
  for (const phrase of phrasesIn([abstract, ...keywords])) addTo(candidates, phrase, 1)
  return [...candidates.values()]
}

function addTo(candidates: Map<string, Candidate>, phrase: Phrase, times: number): void {
  const name = phrase.keys.join(' ')
  const one = candidates.get(name) ?? { ...phrase, prominence: 0, sharing: 0, score: 0 }
  const most = (one.prominence >= IN_TITLE ? IN_TITLE : 0) + Math.max(times, MAX_COUNTED)
  one.prominence = Math.min(one.prominence + times, most)
  candidates.set(name, one)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

/** Counts for each candidate the similar papers that contain it. */
function countSharing(
  { index }: Archive,
  candidates: readonly Candidate[],
  similar: readonly number[],
): void {
  if (similar.length === 0) return
  const { prose } = index.vocabularies
  const byFirst = new Map<number, Candidate[]>()
  for (const [key, all] of Map.groupBy(candidates, ({ keys }) => keys[0]!))
    for (const word of prose.spellingsOf(key)) byFirst.set(word, all)
  for (const docId of similar) {
    const found = new Set<Candidate>()
    for (const field of ['title', 'abstract'] as const) {
      const words = index.text(docId, field)
      for (let at = 0; at < words.length; at++)
        for (const one of byFirst.get(words[at]!) ?? [])
          if (one.keys.every((key, i) => at + i < words.length && prose.keyOf(words[at + i]!) === key))
            found.add(one)
    }
    for (const one of found) one.sharing++
  }
}
