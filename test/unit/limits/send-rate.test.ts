import { describe, expect, test } from 'vitest'
import { type Environment, readConfig } from '../../../src/config/config.ts'
import { configuredRateLimit, emailDomain, rampUpQuota } from '../../../src/limits/send-rate.ts'
import type { SmtpFault, SmtpStage } from '../../../src/mail/refusals/classify-reply.ts'
import { rateKeyToReduce } from '../../../src/mail/sending/safeguards.ts'

const NOW = new Date('2026-11-24T08:00:00Z')
const DAY_MS = 86_400_000

describe('the ramp-up of a new sending domain', () => {
  const config = readConfig({ RAMP_UP_SINCE: '2026-11-24' })
  const mailsOn = (instant: string) => rampUpQuota(config, new Date(instant))

  test('is 1,000 on the first day and twice as many each day after it, for fourteen days', () => {
    const days = Array.from({ length: 15 }, (_, day) =>
      rampUpQuota(config, new Date(NOW.getTime() + day * DAY_MS)),
    )
    expect(days.slice(0, 4)).toEqual([1000, 2000, 4000, 8000])
    expect(days[13]).toBe(8_192_000)
    expect(days[14]).toBeUndefined()
  })
  test('changes at midnight in UTC', () => {
    expect(mailsOn('2026-11-24T00:00:00Z')).toBe(1000)
    expect(mailsOn('2026-11-24T23:59:59.999Z')).toBe(1000)
    expect(mailsOn('2026-11-25T00:00:00Z')).toBe(2000)
    expect(mailsOn('2026-12-07T23:59:59.999Z')).toBe(8_192_000)
    expect(mailsOn('2026-12-08T00:00:00Z')).toBeUndefined()
  })
  test('before its date counts as its first day', () => {
    expect(mailsOn('2026-11-23T23:59:59Z')).toBe(1000)
    expect(mailsOn('2026-01-01T00:00:00Z')).toBe(1000)
  })
  test('does not exist without the setting', () => expect(rampUpQuota(readConfig({}), NOW)).toBeUndefined())
})

describe('the rates of the settings', () => {
  const limit = (key: Parameters<typeof configuredRateLimit>[1], environment: Environment) =>
    configuredRateLimit(readConfig(environment), key, NOW)

  test('for all email: the rate of SMTP_URL, and one more for the transactional lane', () => {
    expect(limit('send all', { SMTP_URL: 'smtp://127.0.0.1?rate=14' })).toEqual({
      perSecond: 14,
      capacity: 15,
    })
    expect(limit('send all', { SMTP_URL: 'smtp://127.0.0.1' })).toBeUndefined()
    expect(limit('send all', { DOMAIN_RATE: '5' })).toBeUndefined()
  })
  test('for one domain: its own rate, otherwise that of every domain', () => {
    const DOMAIN_RATE = '20,Gmail.com=2.5'
    expect(limit('send domain gmail.com', { DOMAIN_RATE })).toEqual({ perSecond: 2.5 })
    expect(limit('send domain other.example', { DOMAIN_RATE })).toEqual({ perSecond: 20 })
    expect(limit('send domain other.example', { DOMAIN_RATE: 'gmail.com=2.5' })).toBeUndefined()
    expect(limit('send domain gmail.com', {})).toBeUndefined()
    expect(limit('send domain gmail.com', { SMTP_URL: 'smtp://127.0.0.1?rate=14' })).toBeUndefined()
  })
})

describe('a reply that asks for a lower rate', () => {
  const fault = (stage: SmtpStage): SmtpFault => ({
    stage,
    bodyWritten: false,
    status: 421,
    enhanced: null,
    reply: '421 too many',
  })
  test.each(['connect', 'tls', 'login', 'mail'] as const)('limits all email after %s', (stage) =>
    expect(rateKeyToReduce(fault(stage), 'ann@gmail.com')).toBe('send all'),
  )
  test.each(['rcpt', 'data', 'dot'] as const)('limits the domain of the recipient after %s', (stage) =>
    expect(rateKeyToReduce(fault(stage), 'Ann@Gmail.COM')).toBe('send domain gmail.com'),
  )
})

test.each([
  ['ann@Lab.Example', 'lab.example'],
  ['"ann@home"@lab.example', 'lab.example'],
])('the domain of %s is %s', (address, domain) => expect(emailDomain(address)).toBe(domain))
