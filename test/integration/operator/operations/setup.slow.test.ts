import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { parseDotEnv } from '../../../../src/config/dot-env.ts'
import { startCommand } from '../../../../src/core/cli-command.ts'
import { freePort } from '../../../../src/core/database/embedded-postgres.ts'
import { runCli } from '../../../support/commands.ts'
import { useDatabase } from '../../../support/database.ts'
import { noPseudoTerminal, startInTerminal } from '../../../support/pseudo-terminal.ts'

const database = useDatabase()
const ENTER = '\r'
const CLEAR_LINE = '\x15'
const CTRL_C = '\x03'
const PASSWORD = 'pa ss"w$ #1'
const missing = noPseudoTerminal()

const processes: { kill(): unknown }[] = []
afterEach(() => {
  for (const one of processes.splice(0)) one.kill()
})

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'setup-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

function startSetup(folder: string) {
  const terminal = startInTerminal(['src/cli.ts', 'setup'], {}, folder)
  processes.push(terminal.process)
  const readEnv = () => parseDotEnv(readFileSync(join(folder, '.env'), 'utf8'))
  return { ...terminal, readEnv }
}

/** Accepts one login, and keeps who got which email. */
async function startMailServer() {
  const received: { user: unknown; to: string[] }[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      password === PASSWORD ? done(null, { user: username }) : done(new Error('wrong password')),
    onData: (stream, { user, envelope }, done) => {
      received.push({ user, to: envelope.rcptTo.map(({ address }) => address) })
      stream.resume().on('end', () => done())
    },
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { url: `smtp://127.0.0.1:${port}`, received }
}

test('`setup` writes what a person answers in a terminal, checks it and sends a test email', async (context) => {
  if (missing) context.skip(missing)
  const folder = emptyFolder()
  const { url, received } = await startMailServer()
  const { answer, shown, ended, readEnv } = startSetup(folder)
  await answer('BASE_URL: ', `127.0.0.1:1${ENTER}`)
  // Refused: the next line is empty.
  await answer('BASE_URL: ', `https://127.0.0.1:1${ENTER}`)
  await answer('DATABASE_URL: embedded', `${CLEAR_LINE}${database.url}${ENTER}`)
  await answer('SMTP_URL: ', `${url}${ENTER}`)
  await answer('SMTP_USER: ', `ann${ENTER}`)
  await answer('SMTP_PASSWORD: ', `${PASSWORD}${ENTER}`)
  await answer('MAIL_FROM: digest@127.0.0.1', `${CLEAR_LINE}digest@papers.example${ENTER}`)
  await answer('POSTAL_ADDRESS: ', `1 "Main" Street, Springfield${ENTER}`)
  await answer('OPERATOR_EMAIL: ', `operator@papers.example${ENTER}`)
  expect(await ended).toBe(0)
  const { APP_SECRET, SUPPRESSION_KEY, ADMIN_PASSWORD, ...values } = readEnv()
  expect(values).toMatchObject({
    NODE_ENV: 'production',
    BASE_URL: 'https://127.0.0.1:1',
    DATABASE_URL: database.url,
    SMTP_URL: url,
    SMTP_USER: 'ann',
    SMTP_PASSWORD: PASSWORD,
    MAIL_FROM: 'digest@papers.example',
    POSTAL_ADDRESS: '1 "Main" Street, Springfield',
    OPERATOR_EMAIL: 'operator@papers.example',
  })
  expect([APP_SECRET, SUPPRESSION_KEY].map((secret) => Buffer.from(secret!, 'base64').length)).toEqual([
    32, 32,
  ])
  expect(ADMIN_PASSWORD).toHaveLength(20)
  expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600)
  for (const secret of [PASSWORD, APP_SECRET, SUPPRESSION_KEY, ADMIN_PASSWORD])
    expect(shown()).not.toContain(secret)
  expect(shown()).toMatch(/✓ {2}mail server/)
  expect(shown()).toMatch(/– {2}schedule-silent +skipped: later/)
  expect(shown()).toContain(startCommand())
  expect(received).toEqual([{ user: 'ann', to: ['operator@papers.example'] }])
}, 120_000)

test('`setup` keeps the answers after Ctrl-C, and proposes them the next time', async (context) => {
  if (missing) context.skip(missing)
  const folder = emptyFolder()
  const first = startSetup(folder)
  await first.answer('BASE_URL: ', `https://papers.example${ENTER}`)
  await first.answer('DATABASE_URL: embedded', CTRL_C)
  expect(await first.ended).toBe(1)
  expect(first.readEnv()).toMatchObject({ BASE_URL: 'https://papers.example', DATABASE_URL: '' })
  const second = startSetup(folder)
  await second.answer('BASE_URL: https://papers.example', ENTER)
  await second.answer('DATABASE_URL: embedded', CTRL_C)
  expect(await second.ended).toBe(1)
}, 120_000)

test('`setup` says after Ctrl-C before the first answer that nothing was written', async (context) => {
  if (missing) context.skip(missing)
  const folder = emptyFolder()
  const { answer, shown, ended } = startSetup(folder)
  await answer('BASE_URL: ', CTRL_C)
  expect(await ended).toBe(1)
  expect(shown()).toContain('Stopped. Nothing was written.')
  expect(existsSync(join(folder, '.env'))).toBe(false)
}, 120_000)

test('`setup` without a terminal fails with usage.wrong', async () => {
  const { code, stderr } = await runCli(['setup', '--json'])
  expect([code, JSON.parse(stderr).error]).toEqual([2, 'usage.wrong'])
})
