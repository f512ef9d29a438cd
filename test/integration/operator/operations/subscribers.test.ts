import { describe, expect, test } from 'vitest'
import { checksums } from '../../../support/checksums.ts'
import { runCli } from '../../../support/commands.ts'
import { useDatabase } from '../../../support/database.ts'

const EMAIL = 'ann@example.com'

const database = useDatabase()

const settings = () => ({ DATABASE_URL: database.url, CLOCK_NOW: '2026-11-24T12:00:00Z' })

/** The output of a command with --json; fails unless it ends with 0. */
async function answerOf(...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runCli([...args, '--json'], settings())
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

async function errorOf(...args: string[]): Promise<{ code: number; error: string; message: string }> {
  const { code, stderr } = await runCli([...args, '--json'], settings())
  const { error, message } = JSON.parse(stderr)
  return { code, error, message }
}

describe('the commands `subscribers` and `topics`', () => {
  test('add one with consent, show, change and erase them', async () => {
    const options = [
      '--topic',
      'linear attention',
      '--hour',
      '9',
      '--zone',
      'Europe/Paris',
      '--days',
      'mon,thu',
    ]
    const rest = ['--max', '5', '--format', 'text', '--consent', 'on paper']
    expect(await answerOf('subscribers', 'add', EMAIL, ...options, ...rest)).toMatchObject({
      confirmed: true,
    })
    expect(await answerOf('subscribers', 'show', EMAIL)).toMatchObject({
      email: EMAIL,
      state: 'active',
      topics: [{ name: 'linear attention', query: 'linear attention' }],
      hour: 9,
      zone: 'Europe/Paris',
      days: ['mon', 'thu'],
      max: 5,
      format: 'text',
      confirmedAt: expect.stringMatching(/^2026-11-24T12:00:0/),
      startDate: '2026-11-25',
      nextDigest: { date: '2026-11-26', at: '2026-11-26T08:00:00.000Z' },
      suppression: null,
      consents: [{ event: 'confirmed', how: 'operator: on paper' }],
    })
    const { topics } = (await answerOf('topics', 'add', EMAIL, 'robots')) as { topics: unknown[] }
    expect(topics).toHaveLength(2)
    expect(await answerOf('topics', 'remove', EMAIL, 'linear attention')).toMatchObject({
      topics: [{ query: 'robots' }],
    })
    expect(await answerOf('topics', 'list', EMAIL)).toEqual([{ name: 'robots', query: 'robots' }])
    await answerOf('subscribers', 'pause', EMAIL, '--until', '2026-12-24')
    expect(await answerOf('subscribers', 'list')).toMatchObject([
      { state: 'paused', pausedUntil: '2026-12-24' },
    ])
    await answerOf('subscribers', 'resume', EMAIL)
    await answerOf('subscribers', 'move', EMAIL, 'new@example.com')
    await answerOf('subscribers', 'suppress', 'new@example.com', '--reason', 'complaint')
    await answerOf('subscribers', 'unsuppress', 'new@example.com')
    await answerOf('subscribers', 'unsubscribe', 'new@example.com')
    expect(await answerOf('subscribers', 'list', '--state', 'unsubscribed')).toHaveLength(1)
    await answerOf('subscribers', 'erase', 'new@example.com')
    expect(await answerOf('subscribers', 'list')).toEqual([])
  }, 120_000)

  test('say in a dry run what they would do, as text too, and change nothing', async () => {
    const before = await checksums(database.db)
    expect(await answerOf('subscribers', 'add', 'bob@example.com', '--dry-run')).toMatchObject({
      dryRun: true,
      confirmed: false,
      mail: 'confirmation',
    })
    const { stdout } = await runCli(['subscribers', 'add', 'bob@example.com', '--dry-run'], settings())
    expect(stdout).toBe(
      'Dry run, nothing was changed. The output would be:\nA confirmation email is on its way.\n',
    )
    expect(await checksums(database.db)).toEqual(before)
  }, 30_000)

  test('end with the code of invalid input, and name each fault', async () => {
    const before = await checksums(database.db)
    expect(await errorOf('subscribers', 'add', 'ann', '--zone', 'EST')).toEqual({
      code: 2,
      error: 'address.malformed',
      message: expect.stringMatching(/^Not an email address[^\n]*\nUnknown time zone "EST"/),
    })
    expect(await errorOf('subscribers', 'pause', EMAIL)).toMatchObject({
      code: 1,
      error: 'subscriber.unknown',
    })
    expect(await errorOf('subscribers', 'pause', EMAIL, '--until', 'soon')).toMatchObject({
      code: 2,
      error: 'date.invalid',
    })
    const { code, stderr } = await runCli(['subscribers', 'suppress', EMAIL, '--reason', 'whim'], settings())
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('Allowed choices are dead, full, complaint, operator'),
    ])
    expect(await checksums(database.db)).toEqual(before)
  }, 30_000)
})
