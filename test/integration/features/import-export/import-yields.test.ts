import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { threadCpuMs } from '../../../../src/core/clock.ts'
import { importSubscribers } from '../../../../src/features/import-export/import-subscribers.ts'
import { useSite } from '../../../support/site.ts'

const site = useSite()
const folder = mkdtempSync(join(tmpdir(), 'import-yields-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ROWS = 1000
const TOPICS = [
  'linear attention',
  '"protein folding" OR docking',
  'cat:cs.LG AND pruning',
  'RAG',
  'author:Quill',
]

/** A file in which no two people have a topic in common, so that each one is parsed. */
function fileOfPeople(): string {
  const file = join(folder, 'people.csv')
  const topicsOf = (n: number) => TOPICS.map((topic) => `${topic} w${n}x`).join('; ')
  const rows = Array.from({ length: ROWS }, (_, n) => `reader${n}@x.example,${topicsOf(n)}\n`)
  writeFileSync(file, `email,topics\n${rows.join('')}`)
  return file
}

/** The longest time that the event loop was blocked while `work` ran, in ms of processor time of this thread. */
async function maxBlockMs(work: () => Promise<unknown>): Promise<number> {
  let [blockedMs, last, isOver] = [0, threadCpuMs(), false]
  const look = () => {
    const now = threadCpuMs()
    blockedMs = Math.max(blockedMs, now - last)
    last = now
    if (!isOver) setImmediate(look)
  }
  look()
  await work()
  isOver = true
  return blockedMs
}

test('an import yields to the event loop, so that pages respond meanwhile', async () => {
  const file = fileOfPeople()
  const blockedMs = await maxBlockMs(async () => {
    const run = await importSubscribers(site.deps, { file, consent: 'a form' })
    expect(run).toMatchObject({ taken: ROWS, refused: 0 })
  })
  expect(await site.db.topic.count()).toBe(ROWS * TOPICS.length)
  expect(blockedMs).toBeLessThan(150)
})
