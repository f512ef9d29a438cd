import { describe, expect, test } from 'vitest'
import { listLinks, MAX_FOUND, MAX_LISTED } from '../../../../src/features/cite-lists/list-links.ts'
import type { ListOnPage } from '../../../../src/web/beside-list.ts'

interface View {
  files: { path: string }[]
  note: string | null
}

const viewOf = (list: Partial<ListOnPage>) =>
  listLinks.view({ kind: 'day', path: '/papers/date/2026-11-24', papers: 3, ...list }) as View | null

describe('the links to the files of a list', () => {
  test.each([
    ['day', '/papers/date/2026-11-24', '/papers/date/2026-11-24.bib'],
    ['week', '/papers/week/2026-W48?sort=newest&code=1', '/papers/week/2026-W48.bib?sort=newest&code=1'],
    ['week', '/papers/week', '/papers/week.bib'],
    ['search', '/papers?q=mamba&sort=newest', '/papers?q=mamba&sort=newest&format=bib'],
    ['digest', '/digest/TOKEN', '/digest/TOKEN.bib'],
  ] as const)('a %s at %s has %s', (kind, path, file) => {
    expect(viewOf({ kind, path })?.files[0]?.path).toBe(file)
  })

  test('a list without papers has none, nor have papers that are trending', () => {
    expect(viewOf({ papers: 0 })).toBeNull()
    expect(viewOf({ kind: 'trending', path: '/papers/trending' })).toBeNull()
  })

  test('a list that is longer than its file says so', () => {
    expect(viewOf({ papers: MAX_LISTED })?.note).toBeNull()
    expect(viewOf({ papers: MAX_LISTED + 1 })?.note).toContain(String(MAX_LISTED))
    expect(viewOf({ kind: 'search', papers: MAX_FOUND + 1 })?.note).toContain(String(MAX_FOUND))
  })
})
