import { expect, test } from 'vitest'
import { movedPapers } from '../../../src/account/moved-papers.ts'
import { Archive } from '../../../src/queries/archive.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { PaperIndex } from '../../../src/queries/matching/paper-index.ts'
import type { VoteKind } from '../../../src/subscribers/vote.repo.ts'
import { samplePaper } from '../../support/sample-paper.ts'

const TODAY = '2026-11-24'
const paper = (id: number, title: string, firstDay = TODAY) =>
  samplePaper({ id, title, abstract: `We study ${title}.`, firstDay })

const index = new PaperIndex()
index.upsert([
  paper(1, 'agents for music'),
  paper(2, 'agents for robots'),
  paper(3, 'agents for chemistry'),
  paper(4, 'agents for music', '2026-11-23'),
  paper(5, 'robots'),
])
const archive = new Archive(index)
const NONE = { phrases: new Map(), usual: 0 }

const moved = (kind: VoteKind, weight: number, except = 4) =>
  movedPapers(archive, {
    query: parseQuery('agents'),
    days: { from: '2026-11-20', to: TODAY },
    kind,
    except,
    before: NONE,
    after: { phrases: new Map([['music', weight]]), usual: 0 },
    steps: { before: 0, after: 0 },
  })

test('`movedPapers` lists matches that rank higher on their day after More, and lower after Less', () => {
  expect(moved('more', 1)).toEqual([{ id: 1, from: 3, to: 1 }])
  expect(moved('less', -1)).toEqual([])
  expect(moved('more', -1)).not.toContainEqual(expect.objectContaining({ id: 1 }))
})

test('`movedPapers` leaves out the paper of the vote', () => {
  expect(moved('more', 1, 1)).toEqual([])
})
