import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { freePort } from '../../../../src/core/database/embedded-postgres.ts'
import { useDatabase } from '../../../support/database.ts'
import { enqueueGoodbyes } from '../../../support/messages.ts'
import { runProgram, startProgram } from '../../../support/processes.ts'
import { eventually } from '../../../support/until.ts'

const PROGRAM = 'test/support/with-example-provider.ts'
const LOGIN = 'example:a-long-password'
const database = useDatabase()
const programs: ChildProcess[] = []
afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.kill('SIGKILL')
    if (program.exitCode === null && program.signalCode === null) await once(program, 'exit')
  }
})

const settings = () => ({ DATABASE_URL: database.url, EXAMPLE_WEBHOOK_LOGIN: LOGIN })

const start = (role: string, more: Record<string, string> = {}) =>
  programs.push(startProgram([PROGRAM, 'src/main.ts', '--roles', role], { ...settings(), ...more }))

test('a provider needs one file and a line in the registry', async () => {
  await enqueueGoodbyes(database.db, 'transactional', 2)
  const port = await freePort()
  start('web', { PORT: String(port) })
  const post = (login: string) =>
    fetch(`http://127.0.0.1:${port}/webhooks/example`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
      body: JSON.stringify({ event: 'spam', email: 's2@y.example' }),
    })
  const refused = await eventually(() => post('example:another-password'))
  expect(refused.status).toBe(401)
  expect((await post(LOGIN)).status).toBe(200)
  expect(await database.db.report.findMany({ select: { channel: true } })).toEqual([{ channel: 'example' }])
  start('worker')
  await eventually(async () => (await database.db.bounce.count()) === 1)
  expect(await database.db.bounce.findMany({ select: { class: true, effect: true } })).toEqual([
    { class: 'complaint', effect: 'suppressed' },
  ])
})

test('its setting is checked at the start, and listed with the channels', async () => {
  const wrong = await runProgram([PROGRAM, 'src/main.ts'], { ...settings(), EXAMPLE_WEBHOOK_LOGIN: 'x' })
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringContaining('EXAMPLE_WEBHOOK_LOGIN: takes user:password'),
  ])
  const status = await runProgram([PROGRAM, 'src/cli.ts', 'bounces', 'status'], settings())
  expect(status.stdout).toContain('example (EXAMPLE_WEBHOOK_LOGIN)')
})
