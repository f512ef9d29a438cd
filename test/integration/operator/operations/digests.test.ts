import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../../../../src/core/database/embedded-postgres.ts'
import { setSwitch } from '../../../../src/core/switch.repo.ts'
import { checksums } from '../../../support/checksums.ts'
import { runCli } from '../../../support/commands.ts'
import { useDigestWorld } from '../../../support/digest-world.ts'
import { startProgram } from '../../../support/processes.ts'
import { type SinkOptions, type SmtpSink, startSmtpSink } from '../../../support/smtp-sink.ts'

const world = useDigestWorld()
const NOW = '2026-11-24T08:00:00Z'
let sink: SmtpSink | undefined
const folder = mkdtempSync(join(tmpdir(), 'daily-papers-preview-'))

beforeEach(async () => {
  await world.addSubscriber('ann', { topics: ['robots'] })
  await world.addSubscriber('ben', { topics: ['graphs'] })
  await world.addPapers('2026-11-24', ['Robots that fold', 'Attention'], 9)
})
afterEach(async () => {
  await sink?.close()
  sink = undefined
})
afterAll(() => rmSync(folder, { recursive: true }))

const digestsText = (args: string[], settings: Record<string, string> = {}) => {
  const smtp: Record<string, string> = sink ? { SMTP_URL: `smtp://127.0.0.1:${sink.port}` } : {}
  return runCli(['digests', ...args], {
    DATABASE_URL: world.deps.databaseUrl,
    CLOCK_NOW: NOW,
    ...smtp,
    ...settings,
  })
}

const digests = async (args: string[], settings: Record<string, string> = {}) => {
  const { code, stdout, stderr } = await digestsText([...args, '--json'], settings)
  const lastLine = stderr.trim().split('\n').at(-1)
  return { code, out: stdout ? JSON.parse(stdout) : null, error: lastLine ? JSON.parse(lastLine) : null }
}

const startSink = async (options: SinkOptions = {}) => {
  sink = await startSmtpSink(options)
}

describe('`digests run`', () => {
  test('prints how many stay ready because their domain is on hold', async () => {
    await startSink()
    await world.deps.db.$executeRaw`
      insert into bucket (key, tokens, at, held_until)
      values ('send domain reader.example', 0, now(), now() + interval '1 hour')`
    // The clock of each process restarts.
    const run = ['run', '--now', '2026-11-24T08:00:30Z']
    expect(await digests(run)).toMatchObject({ code: 0, out: { accepted: 0, rateLimited: 1, stopped: null } })
    const { stdout } = await digestsText(run)
    expect(stdout).toContain(
      'Still ready: 1. They are rate limited: a domain is on hold or slow, or the sending domain is new.',
    )
    expect(sink!.accepted).toEqual([])
  })

  test('plans the due subscribers, sends, and closes the day totals; a second run changes nothing', async () => {
    await startSink()
    const first = await digests(['run'])
    expect(first).toMatchObject({
      code: 0,
      out: {
        due: 2,
        planned: 1,
        nothingMatched: 1,
        paused: 0,
        missed: 0,
        accepted: 1,
        stopped: null,
        dryRun: false,
      },
    })
    expect(sink!.accepted.map(({ to }) => to)).toEqual(['ann@reader.example'])
    expect(sink!.accepted[0]!.text).toContain('Robots that fold')
    const books = {
      date: '2026-11-24',
      due: 2,
      nothingMatched: 1,
      paused: 0,
      missed: 0,
      planned: 1,
      accepted: 1,
      refused: 0,
      gaveUp: 0,
      skipped: 0,
      uncertain: 0,
      open: 0,
      closed: true,
      openBecause: [],
    }
    expect((await digests(['status'])).out).toEqual(books)
    const before = await checksums(world.db)
    expect(await digests(['run'])).toMatchObject({ code: 0, out: { due: 0, accepted: 0 } })
    expect(await checksums(world.db)).toEqual(before)
    expect((await digests(['status', '--date', '2026-11-24'])).out).toEqual(books)
  })

  test('with --now overrides the clock, and deferred messages wait for a later one', async () => {
    await startSink({ at: { rcpt: (_to, before) => (before === 0 ? '451 4.2.0 later' : undefined) } })
    expect((await digests(['run', '--now', '2026-11-24T07:59:00Z'])).out).toMatchObject({ due: 0 })
    const deferred = await digests(['run', '--now', '2026-11-24T08:00:00Z'])
    expect(deferred).toMatchObject({ code: 0, out: { planned: 1, accepted: 0, deferred: 1 } })
    const { out } = await digests(['status'])
    expect(out).toMatchObject({ open: 1, closed: false, openBecause: [{ reason: 'deferred', emails: 1 }] })
    expect((await digestsText(['status'])).stdout).toContain(out.openBecause[0].sentence)
  })

  test('with --date has no limit of 20 hours', async () => {
    await startSink()
    const run = await digests(['run', '--date', '2026-11-24', '--now', '2026-11-30T12:00:00Z'])
    expect(run.out).toMatchObject({ planned: 1, nothingMatched: 1, missed: 0, accepted: 1 })
  })

  test('with --date before the due hour says so, and counts only this run', async () => {
    await startSink()
    const early = await digestsText(['run', '--date', '2026-11-25'])
    expect(early).toMatchObject({ code: 0, stdout: expect.stringMatching(/^of this run/) })
    expect(early.stdout).toContain('Nothing is due on 2026-11-25: no subscriber’s hour has come yet')
    await digests(['run'])
    const again = await digestsText(['run', '--date', '2026-11-24'])
    expect(again.stdout).toMatch(/^due +0$/m)
    expect(again.stdout).not.toContain('Nothing is due')
  })

  test('records a refusal like any reply, and exits with 0', async () => {
    await startSink({ at: { rcpt: '550 5.7.1 not here' } })
    expect(await digests(['run'])).toMatchObject({ code: 0, out: { planned: 1, refused: 1 } })
    expect((await digests(['status'])).out).toMatchObject({ refused: 1, open: 0, closed: true })
  })

  test('exits with 1 if the SMTP server is unreachable, and loses nothing', async () => {
    for (const id of ['cid', 'dan', 'eve']) await world.addSubscriber(id, { topics: ['robots'] })
    const unreachable = `smtp://127.0.0.1:${await freePort()}?connections=1`
    const run = await digests(['run'], { SMTP_URL: unreachable })
    expect(run).toMatchObject({ code: 1, out: { planned: 4, accepted: 0, stopped: 'unreachable' } })
    expect((await digests(['status'])).out).toMatchObject({ planned: 4, open: 4, closed: false })
  })

  test('plans while delivery is paused, sends nothing, says so, and exits with 1', async () => {
    await startSink()
    await setSwitch(world.db, 'delivery', { value: 'paused', reason: 'test', at: new Date(NOW) })
    const run = await digests(['run'])
    expect(run).toMatchObject({ code: 1, out: { planned: 1, accepted: 0, stopped: 'paused' } })
    expect((await digestsText(['run'])).stdout).toContain('delivery resume')
  })

  test('plans with SENDING=off, and says that nothing is sent', async () => {
    await startSink()
    const { code, stdout } = await digestsText(['run'], { SENDING: 'off' })
    expect(code).toBe(0)
    expect(stdout).toContain('SENDING=off')
    const reasons = [
      { reason: 'held', emails: 1 },
      { reason: 'ready', emails: 1 },
    ]
    const { out } = await digests(['status'], { SENDING: 'off' })
    expect(out).toMatchObject({ planned: 1, open: 1, openBecause: reasons })
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'finishes and records what is in progress after %s',
    async (signal) => {
      for (const id of ['cid', 'dan', 'eve']) await world.addSubscriber(id, { topics: ['robots'] })
      await startSink({ delayMs: 300 })
      const program = startProgram(['src/cli.ts', 'digests', 'run', '--json'], {
        DATABASE_URL: world.deps.databaseUrl,
        CLOCK_NOW: NOW,
        SMTP_URL: `smtp://127.0.0.1:${sink!.port}?connections=1`,
      })
      let stdout = ''
      program.stdout!.on('data', (batch) => {
        stdout += batch
      })
      const ended = once(program, 'close')
      while (sink!.mails.length === 0) await new Promise((resolve) => setImmediate(resolve))
      program.kill(signal)
      expect(await ended).toEqual([1, null])
      expect(JSON.parse(stdout)).toMatchObject({ planned: 4, accepted: 1, stopped: 'interrupted' })
      expect(
        await world.db.message.groupBy({ by: ['state'], _count: true, orderBy: { state: 'asc' } }),
      ).toEqual([
        { state: 'ready', _count: 3 },
        { state: 'accepted', _count: 1 },
      ])
    },
  )

  test('with --dry-run counts, and changes nothing', async () => {
    const before = await checksums(world.db)
    expect(await digests(['run', '--dry-run'])).toEqual({
      code: 0,
      out: { due: 2, planned: 1, nothingMatched: 1, paused: 0, missed: 0, dryRun: true },
      error: null,
    })
    expect(await checksums(world.db)).toEqual(before)
  })

  test('without SMTP_URL exits 2 and plans nothing', async () => {
    expect(await digests(['run'])).toMatchObject({ code: 2, error: { error: 'smtp.not-set' } })
    expect(await world.db.plan.count()).toBe(0)
  })

  test.each([
    [['run', '--now', 'soon'], {}, 'usage.wrong', 'soon'],
    [['run', '--date', '2026-02-30'], {}, 'date.invalid', '2026-02-30'],
    [
      ['run', '--now', NOW],
      {
        NODE_ENV: 'production',
        SMTP_URL: 'smtp://127.0.0.1:1',
        BASE_URL: 'https://papers.example',
        APP_SECRET: 'a secret of more than thirty-two bytes',
        SUPPRESSION_KEY: 'another one of more than thirty-two bytes',
        MAIL_FROM: 'papers@papers.example',
        POSTAL_ADDRESS: '1 Street, Town',
        CLOCK_NOW: '',
      },
      'usage.wrong',
      'production',
    ],
  ])('refuses %j', async (args, settings, code, says) => {
    const refused = await digests(args, settings as Record<string, string>)
    expect(refused).toMatchObject({ code: 2, error: { error: code } })
    expect(refused.error.message).toContain(says)
  })
})

test('`digests status` reports a date on which nothing was due', async () => {
  const { out } = await digests(['status', '--date', '2026-11-20'])
  expect(out).toMatchObject({ due: 0, closed: false, openBecause: [{ reason: 'none-due' }] })
})

describe('`digests preview`', () => {
  test('prints what a subscriber would get, and changes nothing', async () => {
    const before = await checksums(world.db)
    const { code, out } = await digests(['preview', 'ann@reader.example'])
    expect(code).toBe(0)
    expect(out).toMatchObject({
      email: 'ann@reader.example',
      date: '2026-11-24',
      matched: 1,
      papers: [1],
      subject: expect.stringContaining('robots'),
      content: { sections: [{ topic: 'robots' }] },
    })
    expect(await checksums(world.db)).toEqual(before)
  })

  test.each([
    ['mail.html', /^<!doctype html/i],
    ['mail.txt', /Robots that fold/],
    ['mail.eml', /^From: /m],
  ])('writes %s', async (name, expected) => {
    const file = join(folder, name)
    await digests(['preview', 'ann@reader.example', '--out', file])
    expect(readFileSync(file, 'utf8')).toMatch(expected)
  })

  test('says so if nothing matched', async () => {
    expect(await digests(['preview', 'ben@reader.example'])).toMatchObject({
      code: 0,
      out: { matched: 0, papers: [], subject: null, content: null },
    })
  })

  test.each([
    [['preview', 'unknown@reader.example'], 1, 'subscriber.unknown'],
    [['preview', 'unknown'], 2, 'address.malformed'],
    [['preview', 'ann@reader.example', '--out', 'mail.pdf'], 2, 'usage.wrong'],
    [['preview', 'ann@reader.example', '--out', '/nowhere/mail.txt'], 2, 'usage.wrong'],
  ])('refuses %j', async (args, code, error) => {
    expect(await digests(args)).toMatchObject({ code, error: { error } })
  })
})
