import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { freePort } from '../../../../src/core/database/embedded-postgres.ts'
import { probeSmtpTls } from '../../../../src/mail/smtp/smtp-tls-client.ts'
import { makeCertificate } from '../../../support/certificates.ts'
import { smtpConfig, useSmtp } from '../../../support/smtp-clients.ts'

const { sinkWith, serverWith } = useSmtp()
const files = makeCertificate(['localhost'])
const certificate = { key: readFileSync(files.key, 'utf8'), cert: readFileSync(files.cert, 'utf8') }
const MAX_MS = 2000

const encrypted = {
  protocol: expect.stringMatching(/^TLSv1\.\d$/),
  doubt: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/),
  until: expect.any(Date),
}

test.each([
  ['returns the protocol and certificate with STARTTLS', {}, {}, encrypted],
  [
    'returns the protocol and certificate with TLS from the first byte',
    { secure: true },
    { implicitTls: true },
    encrypted,
  ],
  ['returns nothing with tls=off', {}, { tls: 'off' }, undefined],
  ['returns nothing without STARTTLS', { hideSTARTTLS: true }, {}, undefined],
] as const)('`probeSmtpTls` %s', async (_what, options, changes, expected) => {
  const port = await serverWith({ ...certificate, ...options })
  expect(await probeSmtpTls(smtpConfig(port, changes), MAX_MS)).toEqual(expected)
})

test('`probeSmtpTls` returns the doubt if the server is silent, closes, refuses or does not listen', async () => {
  for (const greeting of ['silence', 'close', '421 one session at a time']) {
    const sink = await sinkWith({ at: { greeting } })
    expect(await probeSmtpTls(smtpConfig(sink.port), 300)).toMatchObject({ protocol: 'TLS', until: null })
  }
  const closed = await probeSmtpTls(smtpConfig(await freePort()), MAX_MS)
  expect(closed?.doubt).toContain('ECONNREFUSED')
})
