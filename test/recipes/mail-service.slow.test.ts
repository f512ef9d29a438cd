import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificate } from '../support/certificates.ts'
import { emptyTables, useDatabase } from '../support/database.ts'
import { runCliProcess } from '../support/processes.ts'
import { type Relay, startRelay } from '../support/relay.ts'

const USER = 'AKIA/IO+SF@ODNN7'
const PASSWORD = 'BH/b+c=@:#% "d\'&?\\$é'
const certificate = makeCertificate(['localhost'])
const database = useDatabase()
const folder = mkdtempSync(join(tmpdir(), 'relay-'))
const file = join(folder, 'smtp-password')
let starttls: Relay
let smtps: Relay

beforeAll(async () => {
  starttls = await startRelay({ certificate, user: USER, password: PASSWORD })
  smtps = await startRelay({ certificate, user: USER, password: PASSWORD, implicit: true })
  writeFileSync(file, `${PASSWORD}\n`)
  writeFileSync(join(folder, '.env'), `SMTP_PASSWORD='${PASSWORD.replace("'", '')}'\n`)
})
afterAll(() => Promise.all([starttls.close(), smtps.close()]))

const mailTest = async (settings: Record<string, string>, ...options: string[]) => {
  const known = {
    DATABASE_URL: database.url,
    MAIL_FROM: 'digest@papers.example.org',
    NODE_EXTRA_CA_CERTS: certificate.ca,
  }
  const { code, stdout, stderr } = await runCliProcess(['mail', 'test', 'ann@reader.example', ...options], {
    ...known,
    ...settings,
  })
  return { code, stdout, stderr }
}

describe('an awkward password', () => {
  const encoded = `${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}@`
  const verify = '?tls=verify'
  test.each([
    [
      'SMTP_PASSWORD',
      () => ({
        SMTP_URL: `smtp://localhost:${starttls.port}${verify}`,
        SMTP_USER: USER,
        SMTP_PASSWORD: PASSWORD,
      }),
    ],
    [
      'SMTP_PASSWORD_FILE',
      () => ({
        SMTP_URL: `smtps://localhost:${smtps.port}${verify}`,
        SMTP_USER: USER,
        SMTP_PASSWORD_FILE: file,
      }),
    ],
    ['SMTP_URL, encoded', () => ({ SMTP_URL: `smtps://${encoded}localhost:${smtps.port}${verify}` })],
    [
      'SMTP_URL, encoded, and STARTTLS',
      () => ({ SMTP_URL: `smtp://${encoded}localhost:${starttls.port}${verify}` }),
    ],
  ])('logs in from %s', async (_where, settings) => {
    const before = starttls.mails.length + smtps.mails.length
    const { code, stdout, stderr } = await mailTest(settings())
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('TLSv1.3')
    expect(starttls.mails.length + smtps.mails.length).toBe(before + 1)
    expect(starttls.encrypted.concat(smtps.encrypted)).not.toContain(false)
  })

  test('that is not encoded stops with a sentence that does not hold it', async () => {
    const { code, stderr } = await mailTest({
      SMTP_URL: `smtp://AKIA:${PASSWORD}@localhost:${starttls.port}`,
    })
    expect(code).toBe(2)
    expect(stderr).toContain('set SMTP_USER and SMTP_PASSWORD, which need no encoding')
    expect(stderr).not.toContain('b+c')
  })
})

describe('mail test', () => {
  const good = () => ({
    SMTP_URL: `smtp://localhost:${starttls.port}?tls=verify`,
    SMTP_USER: USER,
    SMTP_PASSWORD: PASSWORD,
  })

  test('a login that is refused: exit code 1, where and why', async () => {
    const { code, stdout } = await mailTest({ ...good(), SMTP_PASSWORD: 'wrong' })
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^Not accepted: localhost:\d+ at the login, after \d+ ms: 535 Authentication Credentials Invalid/,
    )
    expect(stdout).toContain('npm run -s cli -- doctor')
  })

  test('an untrusted certificate gets no password', async () => {
    const { code, stdout } = await mailTest({ ...good(), NODE_EXTRA_CA_CERTS: '' })
    expect(code).toBe(1)
    expect(stdout).toContain('at the encryption')
  })

  test('a dry run builds the email and sends nothing', async () => {
    const before = starttls.mails.length
    const { code, stdout } = await mailTest(good(), '--dry-run', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ dryRun: true, accepted: null, signedBy: null })
    expect(starttls.mails.length).toBe(before)
  })

  test('with SENDING=off nothing is sent: exit code 2, and a dry run works', async () => {
    const before = starttls.mails.length
    const { code, stdout, stderr } = await mailTest({ ...good(), SENDING: 'off' }, '--json')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const { error, message } = JSON.parse(stderr)
    expect(error).toBe('smtp.sending-off')
    expect(message).toContain('Use SENDING=on for this command')
    expect((await mailTest({ ...good(), SENDING: 'off' }, '--dry-run')).code).toBe(0)
    expect(starttls.mails.length).toBe(before)
  })

  test('a suppressed address gets none, and nothing of it is logged', async () => {
    const cli = (...args: string[]) =>
      runCliProcess(args, { DATABASE_URL: database.url, LOG_LEVEL: 'trace', ...good() })
    await cli('subscribers', 'suppress', 'gone@reader.example')
    const { code, stdout, stderr } = await cli('mail', 'test', 'gone@reader.example')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('suppressed')
    expect(stderr).not.toContain('gone@')
    await emptyTables(database.db)
  })

  test('digests run without SMTP_URL exits 2', async () => {
    const { code, stderr } = await mailTest({ SMTP_URL: '' })
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('SMTP_URL is not set') })
  })
})
