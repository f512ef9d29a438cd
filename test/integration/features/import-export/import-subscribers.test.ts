import {
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { eraseSubscriber } from '../../../../src/account/erase-subscriber.ts'
import { showSubscriber } from '../../../../src/account/show-subscriber.ts'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { unsubscribeByOperator } from '../../../../src/account/unsubscribe.ts'
import { DAY_MS } from '../../../../src/core/dates.ts'
import { buildDeps } from '../../../../src/core/deps.ts'
import { openImportFile } from '../../../../src/features/import-export/import-file.ts'
import {
  type ImportInput,
  importSubscribers,
} from '../../../../src/features/import-export/import-subscribers.ts'
import { refusedPath } from '../../../../src/features/import-export/refused-rows.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { countUnconfirmed } from '../../../../src/subscribers/prune-subscribers.repo.ts'
import { suppress, unsuppress } from '../../../../src/subscribers/suppress-subscriber.ts'
import { checksums } from '../../../support/checksums.ts'
import { startDatabaseProxy } from '../../../support/database-proxy.ts'
import { NOW, useSite } from '../../../support/site.ts'
import { eventually } from '../../../support/until.ts'

const site = useSite()
const folder = mkdtempSync(join(tmpdir(), 'import-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fixture = (name: string): string => join(import.meta.dirname, '../../../fixtures/import', name)

function fileOf(text: string | Buffer): string {
  const file = join(folder, 'people.csv')
  writeFileSync(file, text)
  rmSync(`${file}.refused.csv`, { force: true })
  return file
}

/** Paths of the files that this process has open. */
const openFiles = () =>
  readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return null // closed since
    }
  })

const importText = (text: string | Buffer, options: Partial<ImportInput> = {}) =>
  importSubscribers(site.deps, { file: fileOf(text), ...options })

const importFixture = (name: string, options: Partial<ImportInput> = {}) =>
  importSubscribers(site.deps, {
    file: fixture(name),
    refusedFile: join(folder, `${name}.refused.csv`),
    ...options,
  })

const shown = (email: string) => showSubscriber(site.deps, { email })
const stateOf = async (email: string) => (await shown(email)).subscriber.state
const messages = () => site.db.message.findMany()

describe('our own columns', () => {
  test('a person who consented elsewhere is active, with that consent, and gets no old papers', async () => {
    const run = await importText(
      'email,state,topics,hour,zone,days,confirmed_at,confirmed_how\n' +
        'Ann@Bücher.example,active,"""linear attention""; RAG OR retrieval",9,Europe/Paris,"mon,thu",2025-03-01T08:00:00Z,"on paper, twice"\n',
    )
    expect(run).toMatchObject({
      format: 'own',
      rows: 1,
      taken: 1,
      unchanged: 0,
      refused: 0,
      refusedFile: null,
    })
    const { subscriber, topics, consents, next } = await shown('ann@bücher.example')
    expect(subscriber).toMatchObject({
      address: 'Ann@xn--bcher-kva.example',
      state: 'active',
      hour: 9,
      zone: 'Europe/Paris',
      days: ['mon', 'thu'],
      confirmedAt: new Date('2025-03-01T08:00:00Z'),
      startDate: '2026-11-25',
      importedAt: NOW,
    })
    expect(topics.map(({ query }) => query)).toEqual(['"linear attention"', 'RAG OR retrieval'])
    expect(consents).toMatchObject([
      { event: 'confirmed', how: 'import: on paper, twice', at: new Date('2025-03-01T08:00:00Z') },
    ])
    expect(next?.dueAt.getTime()).toBeGreaterThan(NOW.getTime())
    expect(await messages()).toEqual([])
    const [query] = await site.db.query.findMany({ where: { text: 'RAG OR retrieval' } })
    expect(query?.tree).toEqual(parseQuery('RAG OR retrieval'))
  })

  test('a line break in a cell is trimmed, and moves no other cell', async () => {
    await importText(
      'email,confirmed_at,zone,hour,format,related\nann@x.example,2025-01-01,"Europe/Paris\n",,"text\n",true\n',
    )
    const { subscriber } = await shown('ann@x.example')
    expect(subscriber).toMatchObject({ zone: 'Europe/Paris', hour: 8, format: 'text', related: true })
  })

  test('consent of invisible characters does not count', async () => {
    const run = await importText('email,topics\nann@x.example,robots\n', { consent: '\u200b' })
    expect(run).toMatchObject({ taken: 0, refused: 1, tally: { reasons: { 'import.no-consent': 1 } } })
  })

  test('each state arrives as itself', async () => {
    const run = await importText(
      [
        'email,state,confirmed_at,paused_until,unsubscribed_at,suppressed_reason,suppressed_at',
        'pending@example.com,pending,,,,,',
        'paused@example.com,paused,2025-01-01,2027-01-01,,,',
        'left@example.com,unsubscribed,2025-01-01,,2025-02-01,,',
        'dead@example.com,suppressed,,,,dead,2025-02-02',
        'both@example.com,active,2025-01-01,,,complaint,2025-02-03',
      ].join('\n'),
    )
    expect(run.tally.states).toEqual({ pending: 1, paused: 1, unsubscribed: 1, suppressed: 2 })
    expect((await shown('paused@example.com')).subscriber).toMatchObject({
      state: 'paused',
      pausedUntil: '2027-01-01',
    })
    expect((await shown('left@example.com')).consents.map(({ event, at }) => [event, at])).toEqual([
      ['confirmed', new Date('2025-01-01')],
      ['unsubscribed', new Date('2025-02-01')],
    ])
    expect((await shown('dead@example.com')).suppression).toEqual({
      reason: 'dead',
      at: new Date('2025-02-02'),
    })
    expect(await shown('both@example.com')).toMatchObject({
      subscriber: { state: 'suppressed', stateBefore: 'active' },
      suppression: { reason: 'complaint' },
    })
    await unsuppress(site.deps, { email: 'both@example.com' })
    expect(await stateOf('both@example.com')).toBe('active')
  })

  test('no row without consent is active, unless the operator says how they consented', async () => {
    const text = 'email,state\nann@example.com,active\n'
    const refused = await importText(text)
    expect(refused).toMatchObject({ taken: 0, refused: 1, tally: { reasons: { 'import.no-consent': 1 } } })
    expect(await importText(text, { consent: 'staff list\x1fof 2026' })).toMatchObject({
      taken: 1,
      refused: 0,
    })
    expect((await shown('ann@example.com')).consents).toMatchObject([
      { event: 'confirmed', how: 'import: staff list of 2026', at: NOW },
    ])
  })

  test('a pending row gets no email, and with --ask one confirmation, once', async () => {
    const text = 'email,state,topics\nann@example.com,pending,robots\nbob@example.com,pending,\n'
    expect(await importText(text)).toMatchObject({ taken: 2, asked: 0 })
    expect(await messages()).toEqual([])
    expect(await importText(text, { ask: true })).toMatchObject({ taken: 0, unchanged: 2, asked: 2 })
    expect((await messages()).map(({ kind }) => kind)).toEqual(['confirmation', 'confirmation'])
    expect(await importText(text, { ask: true })).toMatchObject({ asked: 0 })
    expect(await messages()).toHaveLength(2)
  })

  test('--ask sends nothing to a person who signed up on the page and has not confirmed yet', async () => {
    await addSubscriber(site.deps, { email: 'here@example.com', topics: [] })
    const sent = (await messages()).length
    expect(await importText('email,state\nann@example.com,pending\n', { ask: true })).toMatchObject({
      asked: 1,
    })
    expect(await messages()).toHaveLength(sent + 1)
  })

  test('who is pending is kept for 7 days from the import on, however old they are', async () => {
    await importText('email,state,created_at\nann@example.com,pending,2020-01-01\n')
    const daysLater = (days: number) => new Date(NOW.getTime() + (days - 7) * DAY_MS)
    expect(await countUnconfirmed(site.db, daysLater(6))).toBe(0)
    expect(await countUnconfirmed(site.db, daysLater(8))).toBe(1)
  })

  test('suppressed and unsubscribed people do not come back, and existing subscribers keep their settings', async () => {
    const consent = 'on paper'
    for (const email of ['here@example.com', 'left@example.com', 'dead@example.com'])
      await addSubscriber(site.deps, { email, topics: ['robots'], hour: '7', consent })
    await unsubscribeByOperator(site.deps, { email: 'left@example.com' })
    await suppress(site.deps, { email: 'dead@example.com', reason: 'dead' })
    await suppress(site.deps, { email: 'unknown@example.com', reason: 'complaint' })
    const before = await checksums(site.db)
    const row = (email: string) => `${email},active,other topic,11,2025-01-01`
    const names = ['here', 'left', 'dead', 'unknown'].map((name) => row(`${name.toUpperCase()}@example.com`))
    const run = await importText(['email,state,topics,hour,confirmed_at', ...names].join('\n'))
    expect(run).toMatchObject({ taken: 0, unchanged: 3, refused: 1 })
    expect(run.tally.reasons).toEqual({ 'import.gets-no-mail': 1 })
    const { action: _, query: __, ...after } = await checksums(site.db)
    expect(before).toMatchObject(after)
    expect(readFileSync(`${join(folder, 'people.csv')}.refused.csv`, 'utf8')).toMatch(
      /^UNKNOWN@example.com,.*,5,"The address is suppressed here \(complaint, since 2026-11-24\)/m,
    )
  })

  test('a refused row is written as it was, also if a quote in it has no end', async () => {
    await suppress(site.deps, { email: 'ann@x.example', reason: 'operator' })
    await importText('email,state,confirmed_how\nann@x.example,active,on a 5" disk\n', { consent: 'fair' })
    expect(readFileSync(`${join(folder, 'people.csv')}.refused.csv`, 'utf8')).toMatch(
      /^ann@x.example,active,"on a 5"" disk",2,"The address is suppressed here/m,
    )
  })

  test('who is suppressed in the file is suppressed here too, unless they confirmed later', async () => {
    const consent = 'on paper'
    await addSubscriber(site.deps, { email: 'here@example.com', topics: [], consent })
    const text = (at: string) =>
      `email,state,suppressed_reason,suppressed_at\nhere@example.com,suppressed,complaint,${at}\n`
    expect(await importText(text('2026-11-01'))).toMatchObject({ taken: 0, unchanged: 1 })
    expect(await stateOf('here@example.com')).toBe('active')
    site.clock.moveTo(new Date('2026-11-26T12:00:00Z'))
    expect(await importText(text('2026-11-25'))).toMatchObject({ taken: 1, unchanged: 0 })
    expect(await stateOf('here@example.com')).toBe('suppressed')
    await unsuppress(site.deps, { email: 'here@example.com' })
    expect(await importText(text('2026-11-25'))).toMatchObject({ taken: 0, unchanged: 1 })
    expect(await stateOf('here@example.com')).toBe('active')
  })

  test('an address twice in a file is one subscriber, the first', async () => {
    const rows = ['A@example.com,9', 'a@EXAMPLE.com,10', 'b@example.com,11', 'a@example.com,12']
    const text = ['email,hour', ...rows].join('\n')
    expect(await importText(text, { consent: 'x', batchRows: 3 })).toMatchObject({ taken: 2, unchanged: 2 })
    expect((await shown('a@example.com')).subscriber.hour).toBe(9)
  })

  test('the first of many rows with one address counts', async () => {
    const rows = Array.from({ length: 900 }, (_, i) => `a${i % 3}@example.com,${i < 3 ? 9 : 10}`)
    const run = await importText(['email,hour', ...rows].join('\n'), { consent: 'x' })
    expect(run).toMatchObject({ taken: 3, unchanged: 897 })
    expect(await site.db.subscriber.count({ where: { hour: 9 } })).toBe(3)
  })

  test.each([false, true])(
    'an address that someone adds meanwhile keeps what it has (dry run: %s)',
    async (dryRun) => {
      const text = ['email,hour', ...Array.from({ length: 400 }, (_, i) => `a${i}@example.com,9`)].join('\n')
      const writer = new pg.Client({ connectionString: site.deps.databaseUrl })
      await writer.connect()
      await writer.query('begin')
      await writer.query(
        `insert into subscriber (id, address, address_key, address_hash, zone, hour, days, max_papers, created_at)
       select 'meanwhile' || i, a, a, a, 'UTC', 10, '{mon}', 5, now()
       from generate_series(1, 3) i, lateral (select 'a' || i || '@example.com' as a) address`,
      )
      const run = importText(text, { consent: 'x', dryRun })
      await eventually(async () => {
        const waiting = await site.db.$queryRaw<object[]>`
          select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
        return waiting.length > 0
      })
      await writer.query('commit')
      await writer.end()
      expect(await run).toMatchObject({
        rows: 400,
        taken: 397,
        unchanged: 3,
        tally: { states: { active: 397 } },
      })
      expect((await shown('a2@example.com')).subscriber.hour).toBe(10)
      expect(await site.db.subscriber.count()).toBe(dryRun ? 3 : 400)
    },
  )

  test('an import whose connection breaks fails, and another run adds the rest', async () => {
    const text = ['email', ...Array.from({ length: 20_000 }, (_, i) => `a${i}@example.com`)].join('\n')
    const file = fileOf(text)
    const proxy = await startDatabaseProxy(site.deps.databaseUrl)
    const { deps, close } = await buildDeps({ ...site.deps.config, DATABASE_URL: proxy.url })
    const failed = expect(importSubscribers(deps, { file, consent: 'x' })).rejects.toThrow()
    await eventually(async () => (await site.db.subscriber.count()) > 0)
    proxy.cut('end')
    // Between two batches the import may connect again.
    const cutting = setInterval(() => proxy.cut('reset'), 5)
    await failed.finally(() => clearInterval(cutting))
    await close()
    await proxy.close()
    const already = await site.db.subscriber.count()
    expect(already % 1000).toBe(0)
    expect(already).toBeLessThan(20_000)
    const run = await importSubscribers(site.deps, { file, consent: 'x' })
    expect(run).toMatchObject({ taken: 20_000 - already, unchanged: already })
    expect(await site.db.subscriber.count()).toBe(20_000)
    expect(await site.db.consent.count()).toBe(20_000)
  }, 60_000)

  test('two imports of the same people at once store each of them once', async () => {
    const emails = Array.from({ length: 3000 }, (_, i) => `a${i}@example.com`)
    const files = [emails, emails.toReversed()].map((list, i) => {
      const file = join(folder, `both${i}.csv`)
      writeFileSync(file, ['email', ...list].join('\n'))
      return file
    })
    const runs = await Promise.all(files.map((file) => importSubscribers(site.deps, { file, consent: 'x' })))
    expect(runs.map(({ taken }) => taken).reduce((sum, taken) => sum + taken)).toBe(3000)
    expect(await site.db.subscriber.count()).toBe(3000)
    expect(await site.db.consent.count()).toBe(3000)
  })

  test('an address that a later line of the same batch suppresses is stored as suppressed', async () => {
    const rows = ['a@example.com,active,', 'b@example.com,active,', 'a@example.com,suppressed,2026-01-01']
    const text = ['email,state,suppressed_at,confirmed_at', ...rows.map((row) => `${row},2025-01-01`)]
    const run = await importText(text.join('\n'))
    expect(run).toMatchObject({ taken: 2, unchanged: 1, tally: { states: { active: 1, suppressed: 1 } } })
    const stored = await site.db.subscriber.findMany({
      orderBy: { address: 'asc' },
      select: { address: true, state: true, stateBefore: true },
    })
    expect(stored).toEqual([
      { address: 'a@example.com', state: 'suppressed', stateBefore: 'active' },
      { address: 'b@example.com', state: 'active', stateBefore: null },
    ])
  })

  test.each([
    [
      'our own file',
      'email,state,suppressed_reason',
      'ann@x.example,active,',
      'ann@x.example,suppressed,complaint',
    ],
    ['a file of Sendy', 'name,email,status', 'Ann,ann@x.example,Active', 'Ann,ann@x.example,Marked as spam'],
  ])(
    '%s: a complaint counts, also if an earlier batch has the address as active',
    async (_what, ...lines) => {
      await importText(lines.join('\n'), { consent: 'a form', batchRows: 1 })
      expect(await shown('ann@x.example')).toMatchObject({
        subscriber: { state: 'suppressed' },
        suppression: { reason: 'complaint' },
      })
    },
  )

  test('an older complaint of a second file counts more than a confirmation of the first', async () => {
    const email = 'ann@x.example'
    await importText(`email,confirmed_at\n${email},2025-01-01\n`)
    const text = `email,state,suppressed_reason,suppressed_at\n${email},suppressed,complaint,2024-01-01\n`
    expect(await importText(text)).toMatchObject({ taken: 1 })
    expect(await stateOf(email)).toBe('suppressed')
  })

  test('who was imported and confirmed here stays active, whatever complaint a file has from before', async () => {
    const email = 'ann@x.example'
    await importText(`email,state\n${email},pending\n`)
    site.clock.moveTo(new Date(NOW.getTime() + DAY_MS))
    await addSubscriber(site.deps, { email, topics: [], consent: 'on paper' })
    const text = `email,state,suppressed_reason,suppressed_at\n${email},suppressed,complaint,2024-01-01\n`
    expect(await importText(text)).toMatchObject({ taken: 0, unchanged: 1 })
    expect(await stateOf(email)).toBe('active')
  })

  test('a row that says unsubscribed and names a suppression stays unsubscribed', async () => {
    const text = 'email,state,suppressed_reason,confirmed_at\na@example.com,unsubscribed,complaint,2025-01-01'
    expect(await importText(text)).toMatchObject({ taken: 1, tally: { states: { unsubscribed: 1 } } })
    expect(await site.db.suppression.count()).toBe(1)
  })

  test('the counts by state add up to all that were imported', async () => {
    const rows = ['a@example.com,active,', 'b@example.com,active,', 'a@example.com,suppressed,2026-01-01']
    const text = ['email,state,suppressed_at,confirmed_at', ...rows.map((row) => `${row},2025-01-01`)]
    const run = await importText(text.join('\n'), { batchRows: 2 })
    expect(run).toMatchObject({ taken: 3, tally: { states: { active: 2, suppressed: 1 } } })
    const hashes = `address_hash,reason\n${'a'.repeat(64)},dead\n`
    expect(await importText(hashes)).toMatchObject({ taken: 1, tally: { states: { suppressed: 1 } } })
  })

  test('bad rows are refused one by one, with their line and the reason in words', async () => {
    const run = await importText(
      [
        'email,state,topics,hour,confirmed_at',
        'fine@example.com,active,robots,8,2025-01-01',
        'no address,active,,,2025-01-01',
        'a@example.com,actve,,,2025-01-01',
        'b@example.com,active,foo AND (,,2025-01-01',
        'c@example.com,active,,25,2025-01-01',
        'd@example.com,active,,,tomorrow',
        'e@example.com,active,"open,,2025-01-01',
        'f@example.com,active,,,2025-01-01,too,many',
        '"g\n@example.com",active,,,2025-01-01',
        'last@example.com,active,,8,2025-01-01',
      ].join('\n'),
    )
    expect(run).toMatchObject({ rows: 10, taken: 2, refused: 8 })
    expect(run.tally.reasons).toMatchObject({
      'import.quotes': 1,
      'import.cells': 1,
      'import.state': 1,
      'import.instant': 1,
    })
    const lines = readFileSync(run.refusedFile!, 'utf8').split('\n')
    expect(lines[0]).toBe('email,state,topics,hour,confirmed_at,line,reason')
    expect(lines.slice(1).join('\n')).toMatch(
      /,3,Not an email address[\s\S]*,4,"state ""actve""[\s\S]*,5,"Query [\s\S]*,6,"hour ""25""[\s\S]*,7,"confirmed_at [\s\S]*,8,The quotes[\s\S]*,9,"7 cells, but the header has 5[\s\S]*,10,Not an email address/,
    )
  })

  test.each([
    [
      'semicolons, CRLF and a mark',
      '\uFEFFE-Mail;state;days;confirmed_at\r\nann@example.com;active;"mon,tue";2025-01-01\r\n',
    ],
    [
      'tabs in UTF-16',
      Buffer.from(
        '\uFEFFemail\tstate\tdays\tconfirmed_at\nann@example.com\tactive\tmon,tue\t2025-01-01\n',
        'utf16le',
      ),
    ],
    ['old line ends', 'email,state,days,confirmed_at\rann@example.com,active,"mon,tue",2025-01-01\r'],
  ])('%s are read', async (_what, text) => {
    expect(await importText(text)).toMatchObject({ rows: 1, taken: 1 })
    expect((await shown('ann@example.com')).subscriber.days).toEqual(['mon', 'tue'])
  })

  test('bytes that are no UTF-8 are refused, and no other row', async () => {
    const text =
      'email,topics,confirmed_at\nann@example.com,caf\xe9,2025-01-01\nbob@example.com,x,2025-01-01\n'
    const run = await importText(Buffer.from(text, 'latin1'))
    expect(run).toMatchObject({ taken: 1, refused: 1, tally: { reasons: { 'import.bytes': 1 } } })
  })

  test('a row that is too long is refused with its beginning, and those after it are read', async () => {
    const rows = ['a', 'long', 'b'].map((name) => `${name}@example.com,2025-01-01,robots`)
    rows[1] += '; robots'.repeat(100_000)
    const run = await importText(`email,confirmed_at,topics\n${rows.join('\n')}\n`)
    expect(run).toMatchObject({ rows: 3, taken: 2, refused: 1, tally: { reasons: { 'import.too-long': 1 } } })
    expect(readFileSync(run.refusedFile!, 'utf8')).toMatch(
      /^"long@example.com,2025-01-01,robots; .{160,170}",,,3,"More than 98,304 characters/m,
    )
  })

  test('a dry run says the same and changes nothing', async () => {
    const text =
      'email,state,confirmed_at\na@example.com,active,2025-01-01\nA@example.com,active,2025-01-01\nbad,active,\n'
    const before = await checksums(site.db)
    const rehearsed = await importText(text, { dryRun: true, batchRows: 1 })
    expect(await checksums(site.db)).toEqual(before)
    expect(await importText(text, { batchRows: 1 })).toEqual(rehearsed)
    expect(rehearsed).toMatchObject({ rows: 3, taken: 1, unchanged: 1, refused: 1 })
  })
  test('a suppression that was lifted here since the file: they come as what they were before, never as suppressed', async () => {
    const consent = 'on paper'
    const names = ['paused', 'left', 'nothing']
    for (const name of names) {
      await addSubscriber(site.deps, { email: `${name}@example.com`, topics: [], consent })
      await suppress(site.deps, { email: `${name}@example.com`, reason: 'dead' })
      await unsuppress(site.deps, { email: `${name}@example.com` })
      await eraseSubscriber(site.deps, { email: `${name}@example.com` })
    }
    const rows = ['paused@example.com,paused', 'left@example.com,unsubscribed', 'nothing@example.com,']
    const text = rows.map((row) => `${row},suppressed,dead,2026-11-01,2025-01-01`).join('\n')
    const head = 'email,state_before,state,suppressed_reason,suppressed_at,confirmed_at'
    const run = await importText(`${head}\n${text}\nother@example.com,,suppressed,dead,2026-11-01,\n`)
    expect(run.tally.states).toEqual({ paused: 1, unsubscribed: 2, suppressed: 1 })
    for (const name of names) {
      const { subscriber, suppression, consents } = await shown(`${name}@example.com`)
      expect({ state: subscriber.state, before: subscriber.stateBefore, suppression }).toEqual({
        state: name === 'paused' ? 'paused' : 'unsubscribed',
        before: null,
        suppression: null,
      })
      expect(consents.map(({ event }) => event)).toEqual([
        'confirmed',
        name === 'paused' ? 'paused' : 'unsubscribed',
      ])
    }
    expect((await shown('other@example.com')).suppression?.reason).toBe('dead')
  })

  test('what programs print for never is not a consent, and a time before 1995 is an error', async () => {
    const rows = 'email,confirmed_at\na@example.com,0001-01-01T00:00:00Z\nb@example.com,0025-03-01\n'
    const run = await importText(rows)
    expect(run.tally.reasons).toEqual({ 'import.no-consent': 1, 'import.instant': 1 })
    expect(readFileSync(run.refusedFile!, 'utf8')).toContain(
      'confirmed_at ""0025-03-01"": use a time between 1995',
    )
    const query =
      'email,status,subscription_status,confirmed_at\nada@example.com,enabled,confirmed,0001-01-01 00:00:00+00\n'
    await importText(query, { consent: 'our form' })
    expect((await shown('ada@example.com')).consents).toMatchObject([{ how: 'import: our form', at: NOW }])
  })
})

describe('the file of refused rows', () => {
  const text = 'email,confirmed_at\nbad,2025-01-01\nann@example.com,2025-01-01\nworse,2025-01-01\n'
  const code = (name: string) => expect.objectContaining({ code: name })

  test('is never the file that is imported, under any name, and no other file that was there', async () => {
    const file = fileOf(text)
    const [alias, hard, other] = ['alias.csv', 'hard.csv', 'other.csv'].map((name) => join(folder, name))
    symlinkSync(file, alias!)
    linkSync(file, hard!)
    writeFileSync(other!, 'email,confirmed_at\nmine,\n')
    for (const refusedFile of [file, alias, hard])
      await expect(importSubscribers(site.deps, { file, refusedFile })).rejects.toEqual(
        code('import.refused-is-file'),
      )
    for (const refusedFile of [other, folder])
      await expect(importSubscribers(site.deps, { file, refusedFile })).rejects.toEqual(
        code('import.refused-exists'),
      )
    expect(readFileSync(file, 'utf8')).toBe(text)
    expect(readFileSync(other!, 'utf8')).toBe('email,confirmed_at\nmine,\n')
    expect(await site.db.subscriber.count()).toBe(0)
    await importText(text, { dryRun: true })
    expect(await importSubscribers(site.deps, { file })).toMatchObject({ taken: 1, refused: 2 })
  })

  test('may be an empty file, which is not left open', async () => {
    const refusedFile = join(folder, 'empty.csv')
    writeFileSync(refusedFile, '')
    expect(await refusedPath(await openImportFile(fileOf(text)), refusedFile)).toBe(refusedFile)
    await setTimeout(50)
    expect(openFiles()).not.toContain(refusedFile)
  })

  test('is written anew by another run, also after one that was cut off', async () => {
    const { refusedFile } = await importText(text)
    const whole = readFileSync(refusedFile!, 'utf8')
    expect(whole.match(/,(2|4),Not an email address/g)).toHaveLength(2)
    truncateSync(refusedFile!, 40)
    const again = await importSubscribers(site.deps, { file: join(folder, 'people.csv') })
    expect(again).toMatchObject({ rows: 3, taken: 0, unchanged: 1, refused: 2 })
    expect(readFileSync(refusedFile!, 'utf8')).toBe(whole)
  })
})

describe('an id that came along', () => {
  test('is kept, unless another subscriber has it', async () => {
    const text = (email: string) =>
      `email,id,epoch,topics,confirmed_at\n${email},AAAABBBBCCCCDD,3,robots,2025-01-01\n`
    await importText(text('a@example.com'))
    expect((await shown('a@example.com')).subscriber).toMatchObject({ id: 'AAAABBBBCCCCDD', epoch: 3 })
    expect(await importText(text('b@example.com'))).toMatchObject({ taken: 1 })
    const b = await shown('b@example.com')
    expect(b.subscriber.id).not.toBe('AAAABBBBCCCCDD')
    expect(b.topics).toHaveLength(1)
  })
})

describe('a listmonk export', () => {
  test('its export: no one is active without consent, topics come from attributes', async () => {
    const run = await importFixture('listmonk.csv')
    expect(run).toMatchObject({ format: 'listmonk', taken: 2, refused: 3, ignored: ['uuid', 'name'] })
    expect(run.tally.states).toEqual({ suppressed: 1, unsubscribed: 1 })
    expect((await shown('bob@example.com')).suppression).toEqual({
      reason: 'complaint',
      at: new Date('2025-04-05T06:07:08.900Z'),
    })
    const again = await importFixture('listmonk.csv', {
      consent: 'newsletter form',
      topics: 'attributes.topics',
    })
    expect(again.tally.reasons).toEqual({ 'import.json': 1, 'address.malformed': 1 })
    const { subscriber, topics, consents } = await shown('ada@example.com')
    expect(subscriber).toMatchObject({ state: 'active', confirmedAt: new Date('2025-03-01T08:00:00.123Z') })
    expect(topics.map(({ query }) => query)).toEqual(['linear attention', 'RAG OR retrieval'])
    expect(consents[0]?.how).toBe('import: newsletter form')
  })

  test('a file of unconfirmed subscriptions is pending', async () => {
    await importFixture('listmonk.csv', { subscription: 'unconfirmed' })
    expect(await stateOf('ada@example.com')).toBe('pending')
  })

  test('with the query: subscription states and double opt-in', async () => {
    await importFixture('listmonk-query.csv', { topics: 'state space models' })
    expect(await shown('ada@example.com')).toMatchObject({
      subscriber: { state: 'active', confirmedAt: new Date('2025-03-01T08:05:00Z') },
      topics: [{ query: 'state space models' }],
      consents: [{ how: 'import: listmonk double opt-in, from 192.0.2.7' }],
    })
    expect(await stateOf('ben@example.com')).toBe('pending')
    expect(await stateOf('cyd@example.com')).toBe('unsubscribed')
  })

  test('an unsubscription counts, whatever else the row says', async () => {
    const rows =
      'ann@example.com,foo,unsubscribed\nbob@example.com,disabled,foo\ncat@example.com,foo,confirmed\n'
    const run = await importText(`email,status,subscription_status\n${rows}`)
    expect(run.tally.states).toEqual({ unsubscribed: 2 })
    expect(run.tally.reasons).toEqual({ 'import.state': 1 })
  })
})

describe('Keila', () => {
  test('exports a file that is imported', async () => {
    const run = await importFixture('keila.csv', { consent: 'our form', topics: 'data.prefs.topics' })
    expect(run).toMatchObject({ format: 'keila', taken: 3, refused: 0 })
    expect((await shown('ada@example.com')).topics).toMatchObject([{ query: 'linear attention' }])
    expect(await stateOf('bea@example.com')).toBe('unsubscribed')
    expect((await shown('cid@example.com')).suppression?.reason).toBe('dead')
  })

  test('with the query: only who confirmed is active', async () => {
    expect(await importFixture('keila-query.csv')).toMatchObject({ taken: 1, refused: 1 })
    expect((await shown('ada@example.com')).consents[0]?.how).toBe('import: Keila double opt-in')
  })
})

test('an unknown topic or column is refused before any row is read', async () => {
  const code = (name: string) => expect.objectContaining({ code: name })
  await expect(importFixture('keila.csv', { topics: 'data.x.(' })).rejects.toEqual(code('query.bracket-open'))
  await expect(importFixture('keila.csv', { topics: 'attributes.x' })).rejects.toEqual(
    code('import.no-column'),
  )
  await expect(importText('emial\n')).rejects.toEqual(code('import.column-slip'))
  for (const nothing of ['', '\uFEFF', ' \n\n'])
    await expect(importText(nothing)).rejects.toEqual(code('import.empty'))
  await expect(importText('name\n')).rejects.toEqual(code('import.no-email-column'))
  const utf16 = Buffer.from('email,zone\na@example.com,UTC\n', 'utf16le')
  const archive = Buffer.from('PK\u0003\u0004\u0014\0\0\0\nemail\n', 'latin1')
  for (const bytes of [Buffer.from('%PDF\0\0'), utf16, Buffer.from(utf16).swap16(), archive])
    await expect(importText(bytes)).rejects.toEqual(code('import.not-text'))
  await expect(importSubscribers(site.deps, { file: join(folder, 'none.csv') })).rejects.toEqual(
    code('import.no-csv'),
  )
  expect(await site.db.subscriber.count()).toBe(0)
})

test('a NUL or another control character costs its row, in any cell and at any place of the file', async () => {
  const good = Array.from({ length: 8000 }, (_, i) => `fine${i}@example.com,UTC,robots,at the fair ${i}`)
  const bad = [
    'b\0@example.com,UTC,robots,x',
    'c@example.com,UTC\0,robots,x',
    'd@example.com,UTC,rob\0ots,x',
    'e@example.com,UTC,robots,x\0',
    'f@example.com,UTC,"rob\u001b[31mots",x',
    'g@example.com,UTC,robots,\u007fx',
  ]
  const tabbed = 'tab@example.com,UTC,"robots\nvision","on\tpaper"'
  const lines = ['email,zone,topics,confirmed_how', ...bad, tabbed, ...good, ...bad]
  const run = await importText(lines.join('\n'), { consent: 'x' })
  expect(run).toMatchObject({ taken: 8001, refused: 12, tally: { reasons: { 'import.control': 12 } } })
  expect(run.tally.examples['import.control']).toEqual({
    line: 2,
    message: 'The line contains the control character U+0000: remove it.',
  })
  const refused = readFileSync(join(folder, 'people.csv.refused.csv'), 'utf8')
  expect(refused).toContain(
    'f@example.com,UTC,rob\u001b[31mots,x,6,The line contains the control character U+001B',
  )
})

test('an unknown reason, epoch or hash is refused', async () => {
  const rows = 'email,suppressed_reason,epoch\na@example.com,whim,\nb@example.com,,first\n'
  expect((await importText(rows, { consent: 'x' })).tally.reasons).toEqual({
    'import.reason': 1,
    'import.epoch': 1,
  })
  expect((await importText('address_hash,reason\nabc,dead\n')).tally.reasons).toEqual({ 'import.hash': 1 })
})
