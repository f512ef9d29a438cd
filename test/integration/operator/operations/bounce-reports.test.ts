import { beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { stoppedClock } from '../../../../src/core/clock.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { FEATURES } from '../../../../src/features/index.ts'
import type { CommandOutput } from '../../../../src/operator/operations/operation.ts'
import { runCommand } from '../../../support/commands.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'
import { at } from '../../../support/messages.ts'
import { cameBack, leaveReport } from '../../../support/returns.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

const SETTINGS = { BOUNCE_DOMAIN: 'bounce.example', BOUNCE_LMTP: '2424' }

const depsAt = (now: Date, environment = {}) => ({
  config: readConfig(environment),
  clock: stoppedClock(now),
  features: FEATURES,
  log: silentLog,
  db: database.db,
  databaseUrl: database.url,
})

const run = (command: string, now = at('12:00'), environment = {}): Promise<CommandOutput> =>
  runCommand(depsAt(now, environment), command.split(' '))

describe('`bounces list`', () => {
  test('prints the newest first, with the subscriber and the message, by class and days', async () => {
    await cameBack(database.db, at('08:00'), { messageId: 'm1', effect: 'suppressed' })
    await cameBack(database.db, at('09:00'), { class: 'full', reply: 'x'.repeat(80), domain: null })
    await cameBack(database.db, new Date('2026-11-20T08:00:00Z'), { class: 'complaint' })
    const { text, json } = await run('bounces list')
    expect(text.split('\n').map((row) => row.replace(/ {2,}/g, '|'))).toEqual([
      'when (UTC)|class|code|domain|effect|message|subscriber|reply',
      `2026-11-24 09:00|full|5.1.1|nothing|${'x'.repeat(59)}…`,
      '2026-11-24 08:00|dead|5.1.1|y.example|suppressed|m1|550 5.1.1 not here',
      '2026-11-20 08:00|complaint|5.1.1|y.example|nothing|550 5.1.1 not here',
    ])
    expect((json as { class: string }[]).map((one) => one.class)).toEqual(['full', 'dead', 'complaint'])
    expect((await run('bounces list --days 2 --class dead')).json).toMatchObject([
      { at: at('08:00').toISOString(), message: 'm1', effect: 'suppressed', foundBy: 'token' },
    ])
    expect((await run('bounces list --class delayed')).text).toBe('No bounces or complaints.')
  })

  test.each(['--days 0', '--days soon', '--class bounced'])('refuses %s', (options) =>
    expect(run(`bounces list ${options}`)).rejects.toThrow(/invalid|use a whole number from 1 to 3650/),
  )
})

describe('`bounces status`', () => {
  test('reports that nothing is set up, and nothing arrived', async () => {
    const { text, json } = await run('bounces status')
    expect(text.split('\n')).toEqual([
      'Bounce domain: none (BOUNCE_DOMAIN is not set)',
      'Enabled channels: none',
      'Reports: none waiting',
      '',
      'class               24 hours  7 days',
      'unreadable reports  0         0',
    ])
    const none = { classes: {}, unreadable: 0 }
    expect(json).toEqual({
      domain: null,
      channels: [],
      waiting: { reports: 0, oldest: null },
      day: none,
      week: none,
    })
  })

  test('prints channels, waiting reports, and counts of a day and of a week', async () => {
    await leaveReport(database.db, at('11:50'))
    await cameBack(database.db, at('12:00'), {})
    await cameBack(database.db, new Date('2026-11-20T08:00:00Z'), {})
    await cameBack(database.db, new Date('2026-11-20T08:00:00Z'), { class: 'unknown', isRead: false })
    const { text, json } = await run('bounces status', at('12:00'), SETTINGS)
    expect(text).toContain('Enabled channels: lmtp (BOUNCE_LMTP)')
    expect(text).toContain('Reports: 1 waiting, the oldest since 2026-11-24 11:50 UTC')
    expect(json).toMatchObject({
      domain: 'bounce.example',
      waiting: { reports: 1, oldest: at('11:50').toISOString() },
      day: { classes: { dead: 1 }, unreadable: 0 },
      week: { classes: { dead: 2, unknown: 1 }, unreadable: 1 },
    })
  })
})

test('`delivery status` mentions only reports that have waited for more than five minutes', async () => {
  await leaveReport(database.db, at('11:54'))
  await leaveReport(database.db, at('11:55'))
  expect((await run('delivery status', at('11:59'))).text).not.toContain('Returns:')
  const { text, json } = await run('delivery status')
  expect(text.split('\n').at(-1)).toBe(
    'Returns: 2 reports are waiting; the oldest is 6 minutes old. See bounces status.',
  )
  expect(json).toMatchObject({ reports: { waiting: 2, oldest: at('11:54').toISOString() } })
})
