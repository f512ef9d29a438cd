import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eraseSubscriber } from '../../../../src/account/erase-subscriber.ts'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { unsubscribeByOperator } from '../../../../src/account/unsubscribe.ts'
import { withRollback } from '../../../../src/core/database/with-rollback.ts'
import { openLog } from '../../../../src/core/log.ts'
import { suppress } from '../../../../src/subscribers/suppress-subscriber.ts'
import { runCommand } from '../../../support/commands.ts'
import { useSite } from '../../../support/site.ts'

const site = useSite()
const mail = (name: string) => `${name}@reader.example`
const NAMES = ['erased', 'complained', 'unsubscribed', 'stays']

const rows = () =>
  site.db.subscriber.findMany({ select: { address: true, state: true }, orderBy: { createdAt: 'asc' } })
const run = async (...args: string[]) =>
  (await runCommand(site.deps, ['subscribers', 'replay', ...args])).json

test('departures after the dump are repeated from the lines that the service logged', async () => {
  for (const name of NAMES)
    await addSubscriber(site.deps, { email: mail(name), topics: ['robots'], consent: 'x' })
  const lines: string[] = []
  const log = openLog('info', { write: (line) => lines.push(line) })
  // Undo them, as a restore does; the log is kept.
  await withRollback(site.deps, async (tried) => {
    const deps = { ...tried, log }
    await eraseSubscriber(deps, { email: mail('erased') })
    await suppress(deps, { email: mail('complained'), reason: 'complaint' })
    await unsubscribeByOperator(deps, { email: mail('unsubscribed') })
  })
  const file = join(mkdtempSync(join(tmpdir(), 'replay-')), 'service.log')
  const stranger = { time: '2026-11-24T08:00:00.000Z', event: 'subscriber.unsubscribed', subscriber: 'later' }
  // Unsubscribed once, and confirmed again since.
  const { id } = await site.db.subscriber.findUniqueOrThrow({ where: { addressKey: mail('stays') } })
  const older = { time: '2020-01-01T08:00:00.000Z', event: 'subscriber.unsubscribed', subscriber: id }
  const more = [stranger, older].map((line) => `${JSON.stringify(line)}\n`)
  // As Docker Compose prints the first line.
  lines[0] = `app-1  | ${lines[0]}`
  writeFileSync(file, [...lines, 'no JSON\n', ...more].join(''))

  const before = await rows()
  const done = { erased: 1, suppressed: 1, unsubscribed: 1, known: 1, unknown: 1 }
  expect(await run(file, '--dry-run')).toEqual({ ...done, dryRun: true })
  expect(await rows()).toEqual(before)
  expect(await run(file)).toEqual({ ...done, dryRun: false })
  const states = (await rows()).map(({ address, state }) => `${address} ${state}`)
  expect(states.toSorted()).toEqual([
    `${mail('complained')} suppressed`,
    'null unsubscribed',
    `${mail('stays')} active`,
    `${mail('unsubscribed')} unsubscribed`,
  ])
  expect(await site.db.suppression.findMany({ select: { reason: true } })).toEqual([{ reason: 'complaint' }])
  expect(await run(file)).toMatchObject({ erased: 0, suppressed: 0, unsubscribed: 0, known: 3, unknown: 2 })
})
