import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import DKIM from 'nodemailer/lib/dkim'
import { afterAll, describe, expect, test } from 'vitest'
import { assertDkimSigns, loadDkimKey, signDkim } from '../../../../src/mail/smtp/dkim.ts'
import { dkimVerifies } from '../../../support/dkim-verifies.ts'

const folder = mkdtempSync(join(tmpdir(), 'dkim-'))
afterAll(() => rmSync(folder, { recursive: true }))

const pemOf = (key: ReturnType<typeof createPrivateKey>) =>
  key.export({ type: 'pkcs8', format: 'pem' }).toString()
const rsa = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits }).privateKey
const good = rsa(2048)
const key = { domain: 'papers.example.org', selector: 's1', privateKey: good }

const load = (content: string) => {
  const file = join(folder, 'key.pem')
  writeFileSync(file, content)
  return loadDkimKey({ DKIM_DOMAIN: 'papers.example.org', DKIM_SELECTOR: 's1', DKIM_KEY_FILE: file })
}

const text = fc.string({ unit: fc.constantFrom(...'ab =.:;\t') })
const anyEmail = fc
  .record({
    fields: fc.array(
      fc.tuple(fc.constantFrom('Subject', 'subject', 'List-ID', 'X-Other', 'LIST-UNSUBSCRIBE'), text, text),
    ),
    lines: fc.array(fc.oneof(text, fc.constant(''))),
  })
  .map(({ fields, lines }) => {
    const header = fields.map(([name, value, more]) => `${name}: ${value}\r\n x${more}\r\n`).join('')
    return Buffer.from(`From: a@b.example\r\n${header}\r\n${lines.map((line) => `${line}\r\n`).join('')}`)
  })

const canary = async (content: string) => assertDkimSigns(load(content)!)

describe('a key that signs', () => {
  test.each([
    ['RSA, PKCS 8', pemOf(good)],
    ['RSA, PKCS 1', good.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['RSA of 1024 bits', pemOf(rsa(1024))],
  ])('%s', async (_what, pem) => {
    await expect(canary(pem)).resolves.toBeUndefined()
  })
})

describe('reading a key fails with', () => {
  test.each([
    ['garbage', 'no key at all'],
    ['garbage in PEM', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
    ['an empty file', ''],
    ['a literal \\n for each line break', pemOf(good).trim().replaceAll('\n', '\\n')],
    ['a public key', createPublicKey(good).export({ type: 'spki', format: 'pem' }).toString()],
    ['ed25519', pemOf(generateKeyPairSync('ed25519').privateKey)],
    ['RSA-PSS', pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey)],
    ['RSA of 512 bits', pemOf(rsa(512))],
  ])('%s', async (_what, content) => {
    await expect((async () => canary(content))()).rejects.toMatchObject({ code: 'dkim.cannot-sign', exit: 2 })
  })

  test('RSA whose exponents do not match', async () => {
    const unfit = createPrivateKey({ key: { ...good.export({ format: 'jwk' }), e: 'Aw' }, format: 'jwk' })
    await expect(canary(pemOf(unfit))).rejects.toThrow(/does not verify/)
  })

  test('a file that does not exist', () => {
    const config = { DKIM_DOMAIN: 'x.example', DKIM_SELECTOR: 's', DKIM_KEY_FILE: join(folder, 'absent.pem') }
    expect(() => loadDkimKey(config)).toThrow(/absent\.pem/)
  })
})

test('reading a key returns none without settings', () => {
  expect(
    loadDkimKey({ DKIM_DOMAIN: undefined, DKIM_SELECTOR: undefined, DKIM_KEY_FILE: undefined }),
  ).toBeUndefined()
})

const unfolded = (email: Buffer) => email.toString('latin1').replaceAll('\r\n ', ' ')

test('`signDkim` signs any email as nodemailer does, except for the folding of the field', () =>
  fc.assert(
    fc.asyncProperty(anyEmail, async (raw) => {
      const signer = new DKIM({
        domainName: key.domain,
        keySelector: key.selector,
        privateKey: pemOf(good),
        headerFieldNames: 'From:To:Reply-To:Subject:Date:Message-ID:List-ID:List-Unsubscribe',
      })
      const signed = await signDkim(raw, key)
      expect(unfolded(signed)).toBe(unfolded(await buffer(signer.sign(raw))))
    }),
    { numRuns: 300 },
  ))

test('`signDkim` fails if nodemailer would send the email unsigned', async () => {
  const unfit = { ...key, privateKey: generateKeyPairSync('ed25519').privateKey }
  await expect(signDkim(Buffer.from('From: a@b.example\r\n\r\nx\r\n'), unfit)).rejects.toMatchObject({
    code: 'dkim.cannot-sign',
  })
})

describe('a signature', async () => {
  const publicKey = createPublicKey(good)
  const raw = Buffer.from(
    'From: a@b.example\r\nSubject: one\r\n two\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nbody  text \r\n\r\n\r\n',
  )
  const signed = await signDkim(raw, key)
  const changed = (from: string, to: string) =>
    Buffer.from(signed.toString('latin1').replace(from, to), 'latin1')

  test('verifies', () => expect(dkimVerifies(signed, publicKey)).toBe(true))
  test.each([
    ['blanks inside and after lines', 'body  text ', 'body text'],
    ['empty lines at the end', 'text \r\n\r\n\r\n', 'text\r\n'],
    ['folding and case of names', 'Subject: one\r\n two', 'SUBJECT:one\r\n\ttwo '],
  ])('survives changes of %s', (_what, from, to) =>
    expect(dkimVerifies(changed(from, to), publicKey)).toBe(true),
  )
  test.each([
    ['the body', 'body', 'bodies'],
    ['a field', 'One-Click', 'Two-Clicks'],
    ['what is signed', ':list-unsubscribe-post', ''],
    ['a field that is gone', 'List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n', ''],
    ['a field below that says the opposite', '\r\n\r\nbody', '\r\nSubject: three\r\n\r\nbody'],
  ])('breaks with a change of %s', (_what, from, to) =>
    expect(dkimVerifies(changed(from, to), publicKey)).toBe(false),
  )
  test('of another key does not verify', () => {
    expect(dkimVerifies(signed, createPublicKey(rsa(1024)))).toBe(false)
  })
  test('that is missing does not verify', () => expect(dkimVerifies(raw, publicKey)).toBe(false))
})
