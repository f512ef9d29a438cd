import type { Deps } from '../../core/deps.ts'
import { papersById } from '../../papers/paper.repo.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import { keptHistory } from './kept.repo.ts'
import { addressHistory } from './private-address.repo.ts'

/** What a subscriber keeps, and which private addresses they made, as plain JSON. */
export async function exportKept({ db }: Deps, subscriberId: string) {
  const rows = await keptHistory(db, subscriberId)
  const papers = await papersById(
    db,
    rows.map(({ paperId }) => paperId),
  )
  const titles = new Map(papers.map(({ id, title }) => [id, plainText(title)]))
  return {
    keptPapers: rows.map(({ paperId, ...row }) => ({
      paper: paperId,
      title: titles.get(paperId) ?? null,
      ...row,
    })),
    privateAddresses: await addressHistory(db, subscriberId),
  }
}
