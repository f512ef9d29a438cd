import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test } from 'vitest'
import { pauseSubscriber } from '../../../../src/account/change-by-operator.ts'
import { eraseSubscriber } from '../../../../src/account/erase-subscriber.ts'
import { showSubscriber } from '../../../../src/account/show-subscriber.ts'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { unsubscribeByOperator } from '../../../../src/account/unsubscribe.ts'
import type { Deps } from '../../../../src/core/deps.ts'
import {
  exportSubscribers,
  exportSuppressions,
  subscriberLines,
} from '../../../../src/features/import-export/export-subscribers.ts'
import { importSubscribers } from '../../../../src/features/import-export/import-subscribers.ts'
import { readTopicsCell, topicsCell } from '../../../../src/features/import-export/subscriber-columns.ts'
import { GRAMMAR_VERSION } from '../../../../src/queries/query.ts'
import { suppress } from '../../../../src/subscribers/suppress-subscriber.ts'
import { useDatabase } from '../../../support/database.ts'
import { useSite } from '../../../support/site.ts'

const here = useSite()
const elsewhere = useDatabase()
const folder = mkdtempSync(join(tmpdir(), 'export-'))
afterAll(() => rmSync(folder, { recursive: true }))

const there = (): Deps => ({ ...here.deps, db: elsewhere.db, databaseUrl: elsewhere.url })

const exported = (deps: Deps): Promise<string> =>
  text(Readable.from(subscriberLines(exportSubscribers(deps))))
const hashes = (deps: Deps): Promise<string> => text(Readable.from(exportSuppressions(deps)))

async function importInto(deps: Deps, text: string) {
  const file = join(mkdtempSync(join(folder, 'import-')), 'moved.csv')
  writeFileSync(file, text)
  return importSubscribers(deps, { file })
}

const TOPICS = [
  ['"linear attention"; RAG OR retrieval', 'author:"Albert Gu" votes>=10'],
  ['-cat:cs robots', '(a OR b) -"c; d"'],
  ['“vision, language”', 'speech\nToM'],
  // 24 kB, with as many quotes as words.
  Array.from({ length: 12 }, (_, n) => `${'"ab" '.repeat(399)}${n}`),
]

/** People with everything that a file could stumble over, in every state. */
async function settle(): Promise<void> {
  const consent = [
    'on paper, at the fair',
    '=cmd|calc',
    'it\'s "so"\nsaid Ann',
    "'=x",
    '@sum',
    '; a\tb\r\nc',
    '＝cmd',
    ' +1',
  ]
  for (const [i, how] of consent.entries()) {
    const email = `${['=cmd', "o'neill", '+plus', 'a', 'b', 'c', 'd', 'e'][i]}${i}@bücher${i}.example`
    const settings = {
      hour: String(i),
      zone: 'Asia/Kolkata',
      days: ['sat,sun'],
      max: '3',
      format: 'text',
      related: String(i === 0),
    }
    await addSubscriber(here.deps, { email, topics: TOPICS[i % 4]!, consent: how, ...settings })
  }
  const named = await here.db.subscriber.findFirstOrThrow({ where: { addressKey: { startsWith: 'a3@' } } })
  const query = await here.db.query.create({ data: { text: 'mamba', tree: {}, grammar: GRAMMAR_VERSION } })
  const name = 'a "name", with; everything\\ = [x]'
  await here.db.topic.create({ data: { subscriberId: named.id, position: 12, name, queryId: query.id } })
  for (const email of ['pending', 'left', 'paused', 'forever', 'dead', 'gone', 'erased'])
    await addSubscriber(here.deps, {
      email: `${email}@example.com`,
      topics: ['robots'],
      ...(email !== 'pending' && { consent: 'x' }),
    })
  here.clock.moveTo(new Date('2026-11-25T09:00:00.123Z'))
  await unsubscribeByOperator(here.deps, { email: 'left@example.com' })
  await unsubscribeByOperator(here.deps, { email: 'gone@example.com' })
  await suppress(here.deps, { email: 'gone@example.com', reason: 'complaint' })
  await suppress(here.deps, { email: 'dead@example.com', reason: 'dead' })
  await suppress(here.deps, { email: 'stranger@example.com', reason: 'operator' })
  await suppress(here.deps, { email: 'erased@example.com', reason: 'complaint' })
  await pauseSubscriber(here.deps, { email: 'paused@example.com', until: '2027-01-01' })
  await pauseSubscriber(here.deps, { email: 'forever@example.com', until: null })
  await eraseSubscriber(here.deps, { email: 'erased@example.com' })
}

test('an export that is imported elsewhere gives the same subscribers, with any names', async () => {
  await settle()
  const [file, suppressed] = [await exported(here.deps), await hashes(here.deps)]
  expect(file).not.toContain('erased@')
  expect(file).not.toMatch(/(^|,)"?\s*[=+@＝＋－＠-]/m)
  expect(suppressed.split('\n')).toHaveLength(1 + 4 + 1)
  expect(await importInto(there(), suppressed)).toMatchObject({
    format: 'suppressions',
    taken: 4,
    refused: 0,
  })
  expect(await importInto(there(), file)).toMatchObject({ taken: 14, unchanged: 0, refused: 0 })
  expect(await exported(there())).toBe(file)
  expect(await hashes(there())).toBe(suppressed)
  for (const { address } of await here.db.subscriber.findMany({ where: { erasedAt: null } })) {
    const [was, is] = await Promise.all(
      [here.deps, there()].map((deps) => showSubscriber(deps, { email: address! })),
    )
    const {
      startDate: _,
      importedAt: __,
      confirmedHow: ___,
      ...kept
    } = { importedAt: null, confirmedHow: null, ...was!.subscriber }
    expect(is!.subscriber).toMatchObject(kept)
    expect(is!.topics).toEqual(was!.topics)
    expect(is!.suppression).toEqual(was!.suppression)
  }
  expect(await importInto(there(), file)).toMatchObject({ taken: 0, unchanged: 14 })
  const erased = 'email,confirmed_at\nerased@example.com,2025-01-01\n'
  expect(await importInto(there(), erased)).toMatchObject({ taken: 0, refused: 1 })
}, 60_000)

test('hashes under another key are refused: they would match no address', async () => {
  await suppress(here.deps, { email: 'stranger@example.com', reason: 'operator' })
  const other = 'another-key-of-32-bytes-or-more-!!'
  const config = { ...here.deps.config, SUPPRESSION_KEY: other }
  const run = await importInto({ ...there(), config }, await hashes(here.deps))
  expect(run).toMatchObject({ taken: 0, refused: 1, tally: { reasons: { 'import.other-key': 1 } } })
})

test('a cell of topics is read as it was written, and has quotes only where it must', () => {
  const plain = ['"a; b"', 'RAG OR retrieval', '(c, d)'].map((query) => ({ name: query, query }))
  expect(topicsCell(plain)).toBe('"a; b"; RAG OR retrieval; (c, d)')
  const named = { name: 'my, topic', query: 'robots' }
  expect(topicsCell([named, ...plain.slice(1, 2)])).toBe(`[${JSON.stringify(named)},"RAG OR retrieval"]`)
  const lists = [plain, [named], [named, ...plain], []]
  for (const topics of lists) expect(readTopicsCell(topicsCell(topics))).toEqual(topics)
})
