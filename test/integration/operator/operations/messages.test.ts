import { beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { stoppedClock } from '../../../../src/core/clock.ts'
import { dayOf } from '../../../../src/core/dates.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { readSwitch } from '../../../../src/core/switch.repo.ts'
import { FEATURES } from '../../../../src/features/index.ts'
import {
  holdPermits,
  reducePermits,
  restartPermits,
  setPermitLimits,
  takeAvailable,
} from '../../../../src/limits/permits.repo.ts'
import { rampUpRate } from '../../../../src/limits/send-rate.ts'
import { enqueue } from '../../../../src/mail/outbox/message.repo.ts'
import { addMissingReply } from '../../../../src/mail/sending/missing-replies.repo.ts'
import type { CommandOutput } from '../../../../src/operator/operations/operation.ts'
import { runCli, runCommand } from '../../../support/commands.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'
import { addSubscribers, at, DEADLINE, goodbye, messagesIn, NOW } from '../../../support/messages.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

function run(command: string, now = at('09:00'), environment = {}): Promise<CommandOutput> {
  const deps = {
    config: readConfig(environment),
    clock: stoppedClock(now),
    features: FEATURES,
    log: silentLog,
    db: database.db,
    databaseUrl: database.url,
  }
  return runCommand(deps, command.split(' '))
}

/** A refused message, a ready one and an uncertain one, of s1 to s3. */
async function addThree(): Promise<string[]> {
  await addSubscribers(database.db, 3)
  await enqueue(
    database.db,
    'transactional',
    [1, 2, 3].map((n) => goodbye(n)),
  )
  const ids = (await messagesIn(database.db)).map(({ id }) => id)
  await database.db.$executeRaw`
    update message set state = 'refused', reason = '5.1.1', attempts = 1, next_try = ${DEADLINE} where id = ${ids[0]}`
  await database.db.$executeRaw`
    insert into attempt (message_id, local_date, n, at, outcome, status, enhanced, reply)
    values (${ids[0]}, ${dayOf(NOW)}::date, 1, ${NOW}, 'refused', 550, '5.1.1', '550 5.1.1 not here')`
  await database.db
    .$executeRaw`update message set state = 'uncertain', next_try = ${DEADLINE} where id = ${ids[2]}`
  return ids
}

describe('messages', () => {
  test('list shows states and masked addresses, all or those of one state', async () => {
    const [refused] = await addThree()
    expect((await run('messages list')).json).toHaveLength(3)
    const { json } = await run('messages list --state refused')
    expect(json).toEqual([
      {
        id: refused,
        kind: 'goodbye',
        lane: 'transactional',
        subscriber: 's1',
        to: 's•••@y.example',
        state: 'refused',
        reason: '5.1.1',
        attempts: 1,
        datedAt: NOW.toISOString(),
        nextTry: DEADLINE.toISOString(),
        deadline: DEADLINE.toISOString(),
      },
    ])
    expect((await run('messages list --state gave-up')).text).toBe('No messages.')
    await expect(run('messages list --state sent')).rejects.toThrow('Allowed choices are')
  })

  test('list prints messages by kind, by day and by number, and refuses invalid input', async () => {
    await addThree()
    const yesterday = goodbye(1, { kind: 'note', dedupe: 'n', datedAt: new Date('2026-11-23T23:59:59Z') })
    await enqueue(database.db, 'bulk', [yesterday])
    expect((await run('messages list --kind note')).json).toMatchObject([{ kind: 'note', lane: 'bulk' }])
    expect((await run('messages list --date 2026-11-23')).json).toMatchObject([{ kind: 'note' }])
    expect((await run('messages list --date 2026-11-24 --kind goodbye --state ready')).json).toHaveLength(1)
    expect((await run('messages list --date 2026-11-22')).json).toEqual([])
    const { json, text } = await run('messages list --limit 2')
    expect(json).toHaveLength(2)
    expect(text).toContain('These are the newest 2; --limit allows up to 1000.')
    await expect(run('messages list --kind letter')).rejects.toThrow(
      'Allowed choices are digest, confirmation',
    )
    await expect(run('messages list --limit 0')).rejects.toThrow(
      '--limit "0": use a whole number from 1 to 1000',
    )
    await expect(run('messages list --date tuesday')).rejects.toMatchObject({ code: 'date.invalid', exit: 2 })
  })

  test('show prints the whole history, and what can be done', async () => {
    const [refused] = await addThree()
    const { json, text } = await run(`messages show ${refused}`)
    expect(text.split('\n')).toEqual([
      `${refused}: goodbye to s•••@y.example, refused`,
      `subscriber s1; Message-ID <goodbye.${refused}@localhost.example>`,
      '',
      'When (UTC)           What',
      '2026-11-24 08:00:00  Queued: goodbye in the transactional queue, to be',
      '                     sent by 25 Nov 2026, 04:00 UTC.',
      '2026-11-24 08:00:00  Attempt 1: the mail server refused it (no such',
      '                     mailbox): 550 5.1.1 not here',
      '                     No more attempts: refused (5.1.1).',
      '',
      `To retry: messages retry ${refused}`,
    ])
    expect(json).toMatchObject({ acceptances: [], tries: [{ n: 1, outcome: 'refused', class: 'dead' }] })
    await expect(run('messages show nothing')).rejects.toMatchObject({ code: 'message.unknown', exit: 1 })
  })

  test('retry makes it ready, in a free batch, but not in a dry run and not after its deadline', async () => {
    const [refused, ready] = await addThree()
    await database.db.$executeRaw`update batch set done_at = ${NOW}`
    await run(`messages retry ${refused} --dry-run`)
    await expect(run(`messages retry ${refused}`, DEADLINE)).rejects.toMatchObject({
      code: 'message.cannot-retry',
    })
    expect((await messagesIn(database.db))[0]).toMatchObject({ state: 'refused' })
    expect((await run(`messages retry ${refused}`)).json).toMatchObject({ state: 'ready', dryRun: false })
    expect((await messagesIn(database.db))[0]).toMatchObject({
      state: 'ready',
      reason: null,
      attempts: 1,
      nextTry: at('09:00'),
    })
    const batches = await database.db.batch.findMany({ orderBy: { id: 'asc' } })
    expect(batches).toMatchObject([
      { doneAt: NOW },
      { lane: 'transactional', doneAt: null, notBefore: at('09:00') },
    ])
    expect(await database.db.message.findFirst({ where: { id: refused } })).toMatchObject({
      batchId: batches[1]?.id,
    })
    await expect(run(`messages retry ${ready}`)).rejects.toThrow('is ready')
  })
})

describe('delivery', () => {
  test('pause, status and resume print the reason', async () => {
    await addThree()
    expect((await run('delivery status')).json).toEqual({
      delivery: 'on',
      reason: null,
      restored: false,
      since: null,
      unanswered: [],
      lanes: {
        transactional: {
          ready: 1,
          taken: 0,
          deferred: 0,
          uncertain: 0,
          oldest: NOW.toISOString(),
          nextTry: NOW.toISOString(),
        },
        bulk: { ready: 0, taken: 0, deferred: 0, uncertain: 0, oldest: null, nextTry: null },
      },
      sendRates: [],
      reports: { waiting: 0, oldest: null },
      schedule: { ticked: null },
      workers: { holding: 0, nudgeWaitsSeconds: null },
    })
    await run('delivery pause --reason relay --dry-run')
    expect(await readSwitch(database.db, 'delivery')).toBeNull()
    await run('delivery pause --reason relay')
    const second = await run('delivery pause', new Date(NOW.getTime() + 3_600_000))
    expect(second.json).toMatchObject({ changed: false, reason: 'relay' })
    expect(second.text).toMatch(/^No change: delivery has been paused since 2026-11-24 .* UTC: relay$/)
    const { json, text } = await run('delivery status')
    expect(json).toMatchObject({ delivery: 'paused', reason: 'relay', since: '2026-11-24T09:00:00.000Z' })
    expect(text).toContain('Paused since 2026-11-24 09:00 UTC (1 minute): relay\nTo resume: delivery resume')
    expect(text).toMatch(/^confirmations +1 .* 2026-11-24 08:00 {2}once resumed$/m)
    expect(text).toMatch(/^Workers: none sends while delivery is paused\.$/m)
    expect((await run('delivery resume')).json).toMatchObject({ delivery: 'on', wasPaused: true })
    expect((await run('delivery resume')).text).toBe('Delivery was not paused.')
  })

  test('status with SENDING=off says that nothing is sent', async () => {
    await addThree()
    const { text } = await run('delivery status', at('09:00'), { SENDING: 'off' })
    expect(text).toMatch(/^confirmations +1 .* 2026-11-24 08:00 {2}once on$/m)
    expect(text).toMatch(/^Workers: none sends while SENDING is off\.$/m)
  })

  test('resume begins slowly, but not in a dry run nor without a pause', async () => {
    await run('delivery pause')
    expect((await run('delivery resume --dry-run')).text).toContain('Delivery resumed.')
    expect(await database.db.bucket.count()).toBe(0)
    expect((await run('delivery resume')).text).toBe('Delivery resumed.')
    expect(await database.db.bucket.findMany()).toMatchObject([
      { key: 'send all', slowedTo: 10, reply: null },
    ])
    await database.db.bucket.deleteMany()
    expect((await run('delivery resume')).text).toBe('Delivery was not paused.')
    expect(await database.db.bucket.count()).toBe(0)
  })

  test('resume wakes the workers, but not in a dry run nor without a pause', async () => {
    const nudged = async () => {
      const rows = await database.db.$queryRaw<{ name: string }[]>`
        select name from pgboss.job where name like 'drain-%' order by name desc`
      return rows.map(({ name }) => name)
    }
    const resume = (...more: string[]) =>
      runCli(['delivery', 'resume', ...more], { DATABASE_URL: database.url })
    await database.db.$executeRaw`delete from pgboss.job`
    await resume()
    await run('delivery pause')
    await resume('--dry-run')
    expect(await nudged()).toEqual([])
    expect(await resume()).toMatchObject({ code: 0, stdout: 'Delivery resumed.\n' })
    expect(await nudged()).toEqual(['drain-transactional', 'drain-bulk'])
  })

  test('status shows the longest wait, and whether the schedule and the workers are running', async () => {
    await addThree()
    const text = async (now?: Date) => (await run('delivery status', now)).text.split('\n')
    expect(await text()).toEqual([
      'Delivery is on.',
      '',
      'emails         waiting  sending  deferred  uncertain  oldest (UTC)      next try (UTC)',
      'confirmations  1        0        0         0          2026-11-24 08:00  now',
      'digests        0        0        0         0',
      '',
      'Schedule: no tick within two days. Check that a process with the role schedule is running.',
      'Workers: none is sending now, and no work is waiting.',
    ])
    await database.db.tick.create({ data: { name: 'minute', slot: at('08:58') } })
    await database.db.$executeRaw`
      update batch set owner = 'w1', lease_until = now() + interval '1 minute' where done_at is null`
    expect((await text()).slice(-2)).toEqual([
      'Schedule: ticked 2026-11-24 08:58 UTC.',
      'Workers: 1 with messages being sent now.',
    ])
    await database.db.$executeRaw`
      insert into pgboss.job (name, created_on) values ('drain-transactional', now() - interval '5 minutes')`
    expect((await text(at('10:00'))).slice(-2)).toEqual([
      'Schedule: ticked 2026-11-24 08:58 UTC: 62 minutes ago. Check that a process with the role schedule is running.',
      'Workers: none took a nudge for 5 minutes. Check that a process with the role worker is running.',
    ])
    await database.db.$executeRaw`delete from pgboss.job`
  })

  test('status shows a lane that is paused because the mail server does not reply', async () => {
    const { db } = database
    const missing = { reply: 'Connection closed unexpectedly', at: at('08:50') }
    await addMissingReply(db, 'transactional', missing)
    await addMissingReply(db, 'bulk', { ...missing, atLeast: 5 })
    await addMissingReply(db, 'bulk', { ...missing, at: at('08:51') })
    const { json, text } = await run('delivery status')
    expect(json).toMatchObject({
      delivery: 'on',
      unanswered: [{ lane: 'bulk', emails: 6, detail: missing.reply, since: '2026-11-24T08:50:00.000Z' }],
    })
    expect(text.split('\n').slice(0, 3)).toEqual([
      'Delivery is on.',
      'The mail server takes bulk emails but does not reply (Connection closed unexpectedly)',
      '  Since 2026-11-24 08:50 UTC (10 minutes). One email a minute is tried. Sending resumes by itself once the server replies.',
    ])
  })

  test('status shows the rate limits, and truncates the slowest domains last', async () => {
    const { db } = database
    await reducePermits(db, 'send domain gmail.com', '421 4.7.28 too many')
    await holdPermits(db, 'send domain example.org', { seconds: 3600, reply: '8 % of the last 250 emails' })
    await setPermitLimits(db, [{ key: 'send domain plain.example', perSecond: 5 }])
    const [{ until }] = await db.$queryRaw<[{ until: Date }]>`
      select held_until as until from bucket where held_until is not null`
    const { json, text } = await run('delivery status')
    expect(text.split('\n\n')[2]!.split('\n')).toEqual([
      'Rate limits now (a reduced rate doubles every minute):',
      `  example.org: held until ${until.toISOString().slice(11, 16)} UTC, after refusals: 8 % of the last 250 emails`,
      '  gmail.com: 10 a second, because its server asked to slow down: 421 4.7.28 too many',
    ])
    const none = { domain: null, perSecond: null, until: null, left: null, of: null, reply: null }
    expect((json as { sendRates: object[] }).sendRates).toEqual([
      {
        ...none,
        kind: 'held',
        domain: 'example.org',
        until: until.toISOString(),
        reply: '8 % of the last 250 emails',
      },
      {
        ...none,
        kind: 'slowed',
        domain: 'gmail.com',
        perSecond: expect.closeTo(10, 0),
        reply: '421 4.7.28 too many',
      },
    ])
    await db.$executeRaw`
      insert into bucket (key, tokens, at, slowed_to, slowed_at, reply)
      select 'send domain d' || n || '.example', 0, now(), 20 + n, now(), '421 slow' from generate_series(1, 15) n`
    const lines = (await run('delivery status')).text.split('\n\n')[2]!.split('\n')
    expect(lines).toHaveLength(14)
    expect(lines.at(-1)).toBe('  and 5 more domains: delivery status --json')
  })

  test('status shows the rate limit of the settings, and the rest of a new domain’s quota', async () => {
    const { db } = database
    const settings = { SMTP_URL: 'smtp://127.0.0.1?rate=20', RAMP_UP_SINCE: '2026-11-22' }
    const lines = async () =>
      (await run('delivery status', at('09:00'), settings)).text.split('\n\n')[2]!.split('\n').slice(1)
    const ramp = '  new sending domain: 4,000 of 4,000 left today, UTC (ramp-up)'
    expect(await lines()).toEqual(['  all email: 20 a second (SMTP_URL)', ramp])
    const { key, limit } = rampUpRate(readConfig(settings), at('09:00'))!
    await setPermitLimits(db, [{ key, ...limit }])
    await takeAvailable(db, [{ key, count: 880 }])
    await restartPermits(db, 'send all')
    expect(await lines()).toEqual([
      ramp.replace('4,000', '3,120'),
      '  all email: 10 a second, since delivery was resumed',
    ])
    await db.$executeRaw`delete from bucket where key = 'send all'`
    await reducePermits(db, 'send all', '421 4.7.0 too many connections')
    expect((await lines()).at(-1)).toBe(
      '  all email: 10 a second, because the mail server asked to slow down: 421 4.7.0 too many connections',
    )
  })

  test('is a noun of the command line, and so is messages', async () => {
    const settings = { DATABASE_URL: database.url }
    expect(JSON.parse((await runCli(['delivery', 'status', '--json'], settings)).stdout)).toMatchObject({
      delivery: 'on',
    })
    expect(await runCli(['messages', 'show', 'nothing'], settings)).toMatchObject({
      code: 1,
      stderr: 'There is no message "nothing": run messages list for the ids.\n',
    })
  })
})
