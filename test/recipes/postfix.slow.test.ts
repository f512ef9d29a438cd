import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeCertificate } from '../support/certificates.ts'
import { useDatabase } from '../support/database.ts'
import { dkimVerifies } from '../support/dkim-verifies.ts'
import { noPostfix, type Postfix, startPostfix } from '../support/postfix.ts'
import { runCliProcess } from '../support/processes.ts'
import { until } from '../support/until.ts'

const DAY = '2026-08-14'
const PAPERS = resolve(import.meta.dirname, `../fixtures/huggingface/daily/${DAY}.json`)
const key = join(mkdtempSync(join(tmpdir(), 'dkim-')), 'dkim.pem')
const database = useDatabase()
let postfix: Postfix
let settings: Record<string, string>

beforeAll(async () => {
  if (noPostfix) return
  execFileSync('openssl', ['genrsa', '-out', key, '2048'], { stdio: 'ignore' })
  const certificate = makeCertificate(['localhost'])
  postfix = await startPostfix(certificate)
  settings = {
    DATABASE_URL: database.url,
    SMTP_URL: `smtp://localhost:${postfix.port}?tls=verify`,
    BASE_URL: 'https://papers.example.org',
    MAIL_FROM: 'digest@papers.example.org',
    DKIM_DOMAIN: 'papers.example.org',
    DKIM_SELECTOR: 's1',
    DKIM_KEY_FILE: key,
    CLOCK_NOW: `${DAY}T06:00:00Z`,
    NODE_EXTRA_CA_CERTS: certificate.ca,
  }
})
afterAll(() => postfix?.stop())
beforeEach((context) => {
  if (noPostfix) context.skip(noPostfix)
})

async function cli(args: string[], changed: Record<string, string> = {}) {
  const { code, stdout, stderr } = await runCliProcess([...args, '--json'], { ...settings, ...changed })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

const verifies = (mail: Buffer): boolean =>
  dkimVerifies(mail, createPublicKey(createPrivateKey(readFileSync(key))))

/** As a Maildir keeps it, with the line ends that it had on its way. */
const wired = (mail: Buffer): Buffer =>
  Buffer.from(mail.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')

test('a digest goes through Postfix into a Maildir, encrypted, with our signature whole', async () => {
  await cli([
    'subscribers',
    'add',
    'ann@reader.example',
    '--topic',
    'language OR model',
    '--consent',
    'on paper',
  ])
  await cli(['papers', 'import', PAPERS, '--date', DAY])
  const run = await cli(['digests', 'run', '--date', DAY], { CLOCK_NOW: `${DAY}T12:00:00Z` })
  expect(JSON.stringify(run)).toContain('"accepted":1')

  const mail = wired(await until('an email in the Maildir', () => postfix.mailbox()[0]))
  const { subject, headers, text } = await simpleParser(mail)
  expect(subject).toBeTruthy()
  expect(headers.get('list')).toHaveProperty('unsubscribe')
  expect(text).toContain('papers.example.org')
  expect(mail.includes('with ESMTPS id')).toBe(true)
  expect(verifies(mail)).toBe(true)
  const changed = Buffer.from(mail.toString('latin1').replace(/^Subject: /m, 'Subject: x'), 'latin1')
  expect(verifies(changed)).toBe(false)
}, 60_000)

test("mail test prints Postfix's reply; doctor says that it would accept our emails", async () => {
  const sent = await cli(['mail', 'test', 'ben@reader.example'])
  expect(sent).toMatchObject({ accepted: true, signedBy: 's1._domainkey.papers.example.org', dryRun: false })
  expect(sent.reply).toMatch(/^250 2\.0\.0 Ok: queued as/)
  expect(sent.tls).toMatchObject({ protocol: 'TLSv1.3', doubt: null })
  const arrived = await until('the test mail', () =>
    postfix.mailbox().find((mail) => mail.includes('Test email from Daily Papers')),
  )
  expect(verifies(wired(arrived))).toBe(true)
  const { stdout } = await runCliProcess(['doctor', '--json'], settings)
  expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ check: 'mail server', state: 'ok' }))
}, 60_000)

test('no one gets through without TLS', async () => {
  const { stdout, code } = await runCliProcess(['mail', 'test', 'ben@reader.example'], {
    ...settings,
    SMTP_URL: `smtp://127.0.0.1:${postfix.port}?tls=off`,
  })
  expect({ code, said: stdout }).toEqual({
    code: 1,
    said: expect.stringContaining('Must issue a STARTTLS command first'),
  })
  expect(postfix.log()).not.toContain('fatal')
})
