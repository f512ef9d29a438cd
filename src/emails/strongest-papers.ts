import { memoizeByObject } from '../core/memoize.ts'
import type { DigestContent, DigestSection } from '../digests/digest-content.ts'
import type { ShownPaper } from '../queries/reasons/shown-paper.ts'
import { nonEmptySections } from './sections-view.ts'

/** The non-empty sections of topics, of rising papers, and of papers that do not match; and the papers it is about. */
export const splitSections = memoizeByObject((sections: DigestSection[]) => {
  const kindOf = ({ rising, close }: DigestSection) => (close ? 'close' : rising ? 'risen' : 'topics')
  const { topics = [], risen = [], close = [] } = Object.groupBy(nonEmptySections(sections), kindOf)
  const matches = [...topics, ...risen]
  const shown = matches.length > 0 ? matches : close
  const papers = shown.flatMap(({ papers }) => papers)
  return { topics, risen, close, papers, strongest: strongestFirst(shown) }
})

/** The papers that a digest is about: those that come close only if nothing matched. */
export const papersOf = ({ sections }: DigestContent): ShownPaper[] => splitSections(sections).papers

/** Whether nothing matched, and papers that come close are all that it shows. */
export function isOnlyClose({ sections }: DigestContent): boolean {
  const { topics, risen, close } = splitSections(sections)
  return close.length > 0 && topics.length + risen.length === 0
}

/** A paper of a digest, with the section that shows it. */
export interface PaperInSection {
  paper: ShownPaper
  section: DigestSection
}

/**
 * Papers that match only by words of their abstract come last. Among others, each section's best match comes first, then
 * the papers with most votes. A digest without topics keeps its order.
 */
function strongestFirst(sections: readonly DigestSection[]): PaperInSection[] {
  const papers = sections.flatMap((section) =>
    section.papers.map((paper, i) => ({ paper, section, key: strengthOf(section, paper, i) })),
  )
  return papers.toSorted((a, b) => compare(b.key, a.key)).map(({ paper, section }) => ({ paper, section }))
}

/** Compared from the first number on; the higher, the stronger. */
function strengthOf({ topic, rising }: DigestSection, paper: ShownPaper, place: number): number[] {
  if (topic === null) return [0, rising ? 0 : 1]
  return [1, Number(!isOnlyInAbstract(paper)), Number(place === 0), paper.votes ?? -1]
}

const OF_ABSTRACT = new Set(['abstract', 'votes', 'code', 'revised'])

const isOnlyInAbstract = ({ reason }: ShownPaper): boolean =>
  reason?.kind === 'match' && Object.keys(reason.found).every((where) => OF_ABSTRACT.has(where))

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i])
  return at < 0 ? 0 : a[at]! - (b[at] ?? 0)
}
