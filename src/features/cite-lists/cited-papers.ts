import type { Database } from '../../core/database/database.ts'
import type { DigestSection } from '../../digests/digest-content.ts'
import type { ShownDigest } from '../../digests/show-digest.ts'
import { fill, words } from '../../i18n/words.ts'
import { oneLine } from '../../mail/rendering/text.ts'
import { papersById } from '../../papers/paper.repo.ts'
import { reasonSentence, reasonText } from '../../queries/reasons/reason-text.ts'
import type { ShownPaper } from '../../queries/reasons/shown-paper.ts'
import type { FoundPaper } from '../../search/loaded-papers.ts'
import type { CitedPaper } from '../../web/site/citations.ts'

const PAPERS_AT_ONCE = 100

/** Reads papers when they are needed. Those that were withdrawn meanwhile are left out. */
export async function* citedPapers(db: Database, ids: readonly number[]): AsyncGenerator<CitedPaper, void> {
  for (let i = 0; i < ids.length; i += PAPERS_AT_ONCE) {
    const papers = await papersById(db, ids.slice(i, i + PAPERS_AT_ONCE), { withWithdrawn: false })
    for (const paper of papers) yield { paper, note: '' }
  }
}

export const citedInSearch = (found: readonly FoundPaper[]): CitedPaper[] =>
  found.map(({ paper, reason }) => ({ paper, note: reason ? oneLine(reasonSentence(reason)) : '' }))

/** The papers of a digest as they are now, each once, with why the digest has it. */
export function citedInDigest({ content, papers }: Pick<ShownDigest, 'content' | 'papers'>): CitedPaper[] {
  const cited = new Map<number, CitedPaper>()
  for (const section of content.sections) {
    for (const shown of section.papers) {
      const paper = papers.get(shown.id)
      if (!paper) continue
      const notes = [cited.get(paper.id)?.note, noteOf(shown, section)]
      cited.set(paper.id, { paper, note: notes.filter(Boolean).join('. ') })
    }
  }
  return [...cited.values()]
}

/** "Topic: robots. Matched: robots, in the title"; a paper that only comes close names its topic itself. */
function noteOf(shown: ShownPaper, { topic, rising, close }: DigestSection): string {
  const ofTopic = topic && !rising && !close ? fill(words.citeLists.topic, { topic }) : ''
  return oneLine([ofTopic, reasonText(shown)].filter(Boolean).join('. '))
}
