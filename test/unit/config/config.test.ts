import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inspectConfig, readConfig, requireSettings } from '../../../src/config/config.ts'
import type { Fault } from '../../../src/core/errors.ts'
import { DEFAULT_BASE_URLS, SOURCE_NAME_EXAMPLES } from '../../../src/sources/registry.ts'

const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://db.example/papers',
  SMTP_URL: 'smtps://mail.example',
  BASE_URL: 'https://papers.example',
  APP_SECRET: 'a-secret-of-at-least-thirty-two-bytes',
  SUPPRESSION_KEY: 'another-secret-of-thirty-two-bytes-!',
  MAIL_FROM: 'digest@papers.example',
  POSTAL_ADDRESS: '1 Main Street, Springfield',
}

const publicKey = (namedCurve: string): string =>
  generateKeyPairSync('ec', { namedCurve })
    .publicKey.export({ format: 'der', type: 'spki' })
    .toString('base64')
const OTHER_CURVE = publicKey('secp384r1')

function faultsOf(environment: Record<string, string | undefined>): string {
  try {
    readConfig(environment)
  } catch (error) {
    expect((error as Fault).code).toBe('config.invalid')
    expect((error as Fault).exit).toBe(2)
    return (error as Fault).message
  }
  return 'none'
}

describe('sources', () => {
  test('are listed once each, in the order in which they are named', () => {
    expect(readConfig({ SOURCES: 'huggingface, huggingface' }).SOURCES).toEqual(['huggingface'])
    const known = SOURCE_NAME_EXAMPLES.split(', ')
    expect(readConfig({ SOURCES: known.toReversed().join(',') }).SOURCES).toEqual(known.toReversed())
  })

  test('have a default URL, unless a setting gives another one', () => {
    expect(readConfig({})).toMatchObject(DEFAULT_BASE_URLS)
    expect(readConfig({ HF_URL: 'http://mirror.example' }).HF_URL).toBe('http://mirror.example')
    for (const name of Object.keys(DEFAULT_BASE_URLS))
      expect(faultsOf({ [name]: 'not an address' })).toContain(`${name}: takes`)
  })
})

describe('defaults', () => {
  const config = readConfig({})
  test('need no setting', () => {
    expect(config).toMatchObject({
      DATABASE_URL: 'embedded',
      HOST: '127.0.0.1',
      PORT: 3000,
      BASE_URL: 'http://localhost:3000',
      DIGEST_HOUR: 8,
      DIGEST_DAYS: ['mon', 'tue', 'wed', 'thu', 'fri'],
      DIGEST_MAX: 15,
      production: false,
    })
  })
  test('apply to settings with an empty value', () => expect(readConfig({ PORT: '' }).PORT).toBe(3000))
  test('put the port into links', () =>
    expect(readConfig({ PORT: '81' }).BASE_URL).toBe('http://localhost:81'))
})

describe('a wrong value is reported with what the setting takes', () => {
  test.each([
    [{ PORT: '70000' }, 'PORT: takes a whole number from 0 to 65535'],
    [{ DIGEST_MAX: '26' }, 'DIGEST_MAX: takes a whole number from 1 to 25'],
    [{ DIGEST_HOUR: '24' }, 'DIGEST_HOUR: takes a whole number from 0 to 23'],
    [{ DIGEST_ZONE: 'EST' }, 'DIGEST_ZONE: takes a time zone such as Europe/Paris, or UTC'],
    [{ DIGEST_DAYS: 'mon,someday' }, 'DIGEST_DAYS: takes one of: mon, tue'],
    [{ SENDING: 'maybe' }, 'SENDING: takes one of: on, off'],
    [{ SMTP_URL: 'http://mail.example' }, 'SMTP_URL: takes smtp://host:port'],
    [{ SMTP_URL: 'smtp://mail.example?conections=4' }, 'SMTP_URL: takes smtp://host:port'],
    [{ SMTP_URL: 'smtp://mail.example?connections=0' }, 'connections: a whole number from 1 to 100'],
    [{ BASE_URL: 'papers.example' }, 'BASE_URL: takes an address that begins with'],
    [
      { BASE_URL: 'https://ann:secret@papers.example' },
      'BASE_URL: takes only scheme and host, such as https://papers.example.org',
    ],
    [
      { BASE_URL: 'https://a.example?x=1' },
      'BASE_URL: takes only scheme and host, such as https://papers.example.org',
    ],
    [
      { BASE_URL: 'https://a.example/#top' },
      'BASE_URL: takes only scheme and host, such as https://papers.example.org',
    ],
    [
      { BASE_URL: 'https://a.example/papers' },
      'BASE_URL: takes only scheme and host, such as https://papers.example.org',
    ],
    [{ NODE_ENV: 'prod' }, 'NODE_ENV: takes one of: production, development, test, replay'],
    [{ NODE_ENV: 'Production' }, 'NODE_ENV: takes one of: production, development, test, replay'],
    [{ POSTAL_ADDRESS: '  ' }, 'POSTAL_ADDRESS: takes a postal address, on one line'],
    [{ POSTAL_ADDRESS: '1 Main Street\nSpringfield' }, 'POSTAL_ADDRESS: takes a postal address, on one line'],
    [{ SITE_NAME: 'Papers\r\nBcc: x' }, 'SITE_NAME: takes a name, on one line'],
    [{ SITE_COLOR: 'teal' }, 'SITE_COLOR: takes a color such as 12564f, not "teal"'],
    [
      { SITE_COLOR: '#ffcc00' },
      'SITE_COLOR: takes a color with a contrast of 4.5:1 or more with the cards: #ffcc00 has 1.30:1, #',
    ],
    [{ SITE_FOOTER: 'two\nlines' }, 'SITE_FOOTER: takes a sentence, on one line'],
    [{ MAIL_FROM_NAME: 'Papers\nof the day' }, 'MAIL_FROM_NAME: takes a name, on one line'],
    [{ MAIL_FROM_NAME: ' ' }, 'MAIL_FROM_NAME: takes a name, on one line'],
    [{ SIGNUP_DOMAINS: 'ann@lab.example' }, 'SIGNUP_DOMAINS: takes a comma-separated list of domains'],
    [{ TRUST_PROXY: '0.0.0.0/0' }, 'TRUST_PROXY: takes only the addresses of your proxies'],
    [{ TRUST_PROXY: 'loopback,::/0' }, 'TRUST_PROXY: takes only the addresses of your proxies'],
    [
      { DATABASE_URL: 'postgresql://localhost:99999/x' },
      'DATABASE_URL: takes postgresql://user:password@host',
    ],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL: takes postgresql://'],
    [{ APP_SECRET: 'short' }, 'APP_SECRET: takes 32 bytes or more'],
    [{ SOURCES: 'arxive' }, 'SOURCES: takes a comma-separated list of sources such as huggingface'],
    [
      { SOURCES: 'huggingface,elsewhere' },
      'SOURCES: takes a comma-separated list of sources such as huggingface',
    ],
    [
      { SOURCES: 'huggingface:cs.CL' },
      'SOURCES: takes a comma-separated list of sources such as huggingface',
    ],
    [{ SOURCES: ',' }, 'SOURCES: takes a comma-separated list of sources such as huggingface'],
    [{ BOUNCE_DOMAIN: 'bounce' }, 'BOUNCE_DOMAIN: takes a domain such as'],
    [{ BOUNCE_LMTP: '2424' }, 'BOUNCE_DOMAIN, BOUNCE_LMTP: also set BOUNCE_DOMAIN'],
    [{ BOUNCE_DOMAIN: 'b.example', BOUNCE_SMTP: '70000' }, 'BOUNCE_SMTP: takes a port such as 2424'],
    [{ SES_TOPIC_ARN: 'bounces' }, 'SES_TOPIC_ARN: takes the ARN of the SNS topic, such as arn:aws:sns:'],
    [
      { SES_TOPIC_ARN: 'arn:aws:sqs:eu-west-1:123456789012:x' },
      'SES_TOPIC_ARN: takes the ARN of the SNS topic',
    ],
    [{ PROVIDER_URL: 'sns.example' }, 'PROVIDER_URL: takes an address that begins with'],
    [{ SENDGRID_WEBHOOK_KEY: 'hunter2' }, 'SENDGRID_WEBHOOK_KEY: takes the verification key'],
    [{ SENDGRID_WEBHOOK_KEY: OTHER_CURVE }, 'SENDGRID_WEBHOOK_KEY: takes the verification key'],
    [{ MAILGUN_WEBHOOK_KEY: 'hunter2' }, 'MAILGUN_WEBHOOK_KEY: takes the HTTP webhook signing key'],
    [{ POSTMARK_WEBHOOK_LOGIN: 'a-long-password-alone' }, 'POSTMARK_WEBHOOK_LOGIN: takes user:password'],
    [{ POSTMARK_WEBHOOK_LOGIN: 'ann:eleven char' }, 'POSTMARK_WEBHOOK_LOGIN: takes user:password'],
    [{ BREVO_WEBHOOK_TOKEN: 'x'.repeat(31) }, 'BREVO_WEBHOOK_TOKEN: takes 32 bytes or more'],
    [{ TRUST_PROXY: 'loopback,proxy.example' }, 'TRUST_PROXY: takes a comma-separated list of addresses'],
    [{ TRUST_PROXY: '10.0.0.0/33' }, 'TRUST_PROXY: takes a comma-separated list of addresses'],
    [{ TRUST_PROXY: '10.0.0.1/' }, 'TRUST_PROXY: takes a comma-separated list of addresses'],
    [{ ADMIN_PASSWORD: 'eleven char' }, 'ADMIN_PASSWORD: takes 12 characters or more'],
    [{ API_TOKEN: 'x'.repeat(31) }, 'API_TOKEN: takes 32 bytes or more'],
    [{ SMTP_URL: 'smtp://ann:12/3@relay.example' }, 'leave both out and set SMTP_USER'],
    [{ SMTP_URL: 'smtp://ann:123#4@relay.example' }, 'leave both out and set SMTP_USER'],
    [{ SMTP_URL: 'smtp://ann:1?2@relay.example' }, 'leave both out and set SMTP_USER'],
    [{ SMTP_URL: 'smtp://ann:100%@relay.example' }, 'leave both out and set SMTP_USER'],
    [{ SMTP_URL: 'smtp://relay.example:25/queue' }, 'SMTP_URL: takes smtp://host:port'],
    [{ CLOCK_NOW: 'noon' }, 'CLOCK_NOW: takes a time such as 2026-11-24T08:00:00Z'],
    [{ MAIL_FROM: 'a@b.example, c@d.example' }, 'MAIL_FROM: takes one email address'],
    [{ DKIM_DOMAIN: 'a.example' }, 'DKIM_DOMAIN, DKIM_SELECTOR, DKIM_KEY_FILE: set all three or none'],
    [{ SMTP_PASSWORD_FILE: '/nowhere' }, 'SMTP_PASSWORD_FILE: use the path of a readable file'],
    [{ RAMP_UP_SINCE: '24.11.2026' }, 'RAMP_UP_SINCE: takes a date such as 2026-11-24'],
    [{ RAMP_UP_SINCE: '2026-02-30' }, 'RAMP_UP_SINCE: takes a date such as 2026-11-24'],
    [{ RAMP_UP_SINCE: 'today' }, 'RAMP_UP_SINCE: takes a date such as 2026-11-24'],
    [{ STOP_AT_REFUSED: '0' }, 'STOP_AT_REFUSED: takes a whole number from 1 to 100'],
    [{ STOP_AT_REFUSED: '101' }, 'STOP_AT_REFUSED: takes a whole number from 1 to 100'],
  ])('%o', (environment, words) => expect(faultsOf(environment)).toContain(words))

  test('reports all of them at once, without their values', () => {
    const message = faultsOf({ PORT: 'x', DIGEST_MAX: '0', APP_SECRET: 'hunter2' })
    expect(message).toContain('The settings have 3 problem(s):')
    expect(message).toContain('PORT')
    expect(message).toContain('DIGEST_MAX')
    expect(message).not.toContain('hunter2')
  })
})

test('readConfig ignores blanks around a name, a slash after the site and the @ of a domain', () => {
  const config = readConfig({
    SITE_NAME: ' Papers ',
    BASE_URL: 'https://papers.example/',
    SIGNUP_DOMAINS: '@lab.example, b.example',
  })
  expect(config).toMatchObject({
    SITE_NAME: 'Papers',
    BASE_URL: 'https://papers.example',
    SIGNUP_DOMAINS: ['lab.example', 'b.example'],
  })
})

test('TRUST_PROXY takes an address, a network or one of three names', () => {
  const trusted = ['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/128', 'loopback', 'linklocal', 'uniquelocal']
  expect(readConfig({ TRUST_PROXY: trusted.join(', ') }).TRUST_PROXY).toEqual(trusted)
})

describe('emails a second to a domain', () => {
  const rates = (DOMAIN_RATE: string) => {
    const { each, domains } = readConfig({ DOMAIN_RATE }).DOMAIN_RATE
    return { each, ...Object.fromEntries(domains) }
  }
  test.each([
    ['20', { each: 20 }],
    ['20, gmail.com=50 ,lab.example=2.5', { each: 20, 'gmail.com': 50, 'lab.example': 2.5 }],
    ['gmail.com=50', { 'gmail.com': 50 }],
    ['gmail.com=50,20', { each: 20, 'gmail.com': 50 }],
    ['20, gmail.com = 50', { each: 20, 'gmail.com': 50 }],
    ['GMail.COM=50', { 'gmail.com': 50 }],
    ['0.01', { each: 0.01 }],
    ['10000,gmail.com=10000', { each: 10_000, 'gmail.com': 10_000 }],
    ['', {}],
  ])('%s', (text, expected) => expect(rates(text)).toEqual(expected))

  test.each([
    ['twice the rate of each', '20,30'],
    ['a domain twice', 'gmail.com=1,gmail.com=2'],
    ['a domain twice, in capitals', 'gmail.com=1,GMAIL.com=2'],
    ['none', '0'],
    ['less than none', '-1'],
    ['a domain with none', 'gmail.com=0.0'],
    ['more than there may be', '10000.1'],
    ['a domain with more', 'gmail.com=10001'],
    ['no domain', 'gmail=5'],
    ['an address', 'ann@gmail.com=5'],
    ['words', 'fast'],
    ['an exponent', '1e2'],
    ['a domain without a rate', 'gmail.com='],
    ['half a number', 'gmail.com=5.'],
  ])('not %s', (_what, DOMAIN_RATE) =>
    expect(faultsOf({ DOMAIN_RATE })).toContain(
      'DOMAIN_RATE: takes emails a second to one domain, above 0 and up to 10000, such as 20, or 20,gmail.com=50,lab.example=2.5: "',
    ),
  )
})

describe('a name that is similar to a setting', () => {
  test('is reported, and is not an error', () => {
    const { config, faults } = inspectConfig({ APP_SECRTE: 'x', base_url: 'y', HOSTNAME: 'h', PATH: '/bin' })
    expect(faults).toEqual([])
    expect(config.misspelt).toEqual([
      'APP_SECRTE is not a setting. Did you mean APP_SECRET?',
      'base_url is not a setting. Did you mean BASE_URL?',
    ])
  })
  test('is listed with the missing settings', () =>
    expect(faultsOf({ ...production, APP_SECRET: undefined, APP_SECRTE: 'x' })).toMatch(
      /1 problem.+APP_SECRTE is not a setting\. Did you mean APP_SECRET\?$/s,
    ))
  test('is not reported if it is a setting, or the file of one', () =>
    expect(readConfig({ ...production, ADMIN_PASSWORD_FILE: '' }).misspelt).toEqual([]))
})

describe('production', () => {
  test('accepts only the required settings', () => expect(readConfig(production).production).toBe(true))

  test.each(Object.keys(production).slice(1))('refuses to start without %s, and says what it takes', (name) =>
    expect(faultsOf({ ...production, [name]: undefined })).toMatch(
      new RegExp(`1 problem\\(s\\):\n  ${name}: required in production; takes \\w.{9,}$`),
    ),
  )

  test('names all that is missing at once', () => {
    expect(faultsOf({ NODE_ENV: 'production' }).match(/required in production/g)).toHaveLength(7)
  })

  test('says of a file that cannot be read that, and not that the setting is missing', () => {
    const message = faultsOf({ ...production, APP_SECRET: undefined, APP_SECRET_FILE: '/nowhere' })
    expect(message).toContain('The settings have 1 problem(s):')
    expect(message).toContain('APP_SECRET_FILE: use the path of a readable file that is not empty')
  })

  test('requires https and a new secret, and takes no other clock', () => {
    expect(faultsOf({ ...production, BASE_URL: 'http://papers.example' })).toContain('BASE_URL')
    expect(faultsOf({ ...production, APP_SECRET: 'development-only-secret-of-32-bytes!' })).toContain(
      'APP_SECRET',
    )
    expect(faultsOf({ ...production, CLOCK_NOW: '2026-11-24T08:00:00Z' })).toContain('CLOCK_NOW')
    expect(faultsOf({ ...production, PROVIDER_URL: 'http://127.0.0.1:1' })).toContain(
      'PROVIDER_URL: not in production',
    )
  })

  test('accepts DATABASE_URL=embedded', () => {
    expect(readConfig({ ...production, DATABASE_URL: 'embedded' }).DATABASE_URL).toBe('embedded')
  })
})

describe('secrets', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'secret')
  writeFileSync(file, 'a secret with : and @ in it\n')

  test('are read from files', () => {
    const { SMTP_URL } = readConfig({
      SMTP_URL: 'smtp://relay.example:2525',
      SMTP_USER: 'ann',
      SMTP_PASSWORD_FILE: file,
    })
    expect(SMTP_URL).toMatchObject({
      host: 'relay.example',
      port: 2525,
      user: 'ann',
      password: 'a secret with : and @ in it',
    })
  })
  test('keep their blanks, without the last line break', () => {
    writeFileSync(file, ' a secret with : and @ in it \n\n')
    const { SMTP_URL } = readConfig({ SMTP_URL: 'smtp://relay.example', SMTP_PASSWORD_FILE: file })
    expect(SMTP_URL?.password).toBe(' a secret with : and @ in it ')
  })
  test('are refused from an empty file', () => {
    writeFileSync(file, '\n')
    expect(faultsOf({ API_TOKEN_FILE: file })).toContain(
      'API_TOKEN_FILE: use the path of a readable file that is not empty',
    )
  })
  test('are refused if they are set twice', () => {
    expect(faultsOf({ SMTP_PASSWORD: 'x', SMTP_PASSWORD_FILE: file })).toContain(
      'set it or SMTP_PASSWORD_FILE, not both',
    )
  })
  test('are decoded in a URL, with any characters', () => {
    const password = 'aB/+=@:#%?&c d'
    expect(
      readConfig({ SMTP_URL: `smtps://AKIA:${encodeURIComponent(password)}@relay.example` }).SMTP_URL,
    ).toMatchObject({ user: 'AKIA', password, host: 'relay.example', port: 465 })
    expect(readConfig({ SMTP_URL: 'smtp://ann%40x:p%2Fw@relay.example' }).SMTP_URL).toMatchObject({
      user: 'ann@x',
      password: 'p/w',
    })
  })
  test('rotate, the newest first', () => {
    const old = 'o'.repeat(32)
    const fresh = 'n'.repeat(32)
    expect(readConfig({ APP_SECRET: `${fresh},${old}` }).APP_SECRET).toEqual([fresh, old])
  })
})

test('the secret of a webhook provider is read unchanged, also from a file', () => {
  const key = publicKey('prime256v1')
  const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'login')
  writeFileSync(file, 'ann:a password with : in it\n')
  const proofs = {
    SES_TOPIC_ARN: 'arn:aws-cn:sns:cn-north-1:123456789012:bounces',
    SENDGRID_WEBHOOK_KEY: key,
    MAILGUN_WEBHOOK_KEY: '0123456789abcdef0123456789abcdef',
    BREVO_WEBHOOK_TOKEN: 'x'.repeat(32),
  }
  const config = readConfig({ ...proofs, POSTMARK_WEBHOOK_LOGIN_FILE: file })
  expect(config).toMatchObject({ ...proofs, POSTMARK_WEBHOOK_LOGIN: 'ann:a password with : in it' })
})

describe('TLS to the mail server', () => {
  test.each([
    ['smtp://127.0.0.1:25', 'any'],
    ['smtp://localhost', 'any'],
    ['smtp://[::1]:25', 'any'],
    ['smtp://relay.example', 'verify'],
    ['smtp://relay.example?tls=off', 'off'],
  ])('%s: %s', (url, tls) => expect(readConfig({ SMTP_URL: url }).SMTP_URL?.tls).toBe(tls))
})

test('readConfig can skip faulty settings and keep the others', () => {
  const { config, faults } = inspectConfig({
    ...production,
    SMTP_URL: 'x',
    DIGEST_MAX: '99',
    DIGEST_HOUR: '7',
  })
  expect(faults.flatMap(({ names }) => names)).toEqual(['SMTP_URL', 'DIGEST_MAX'])
  expect(config).toMatchObject({ SMTP_URL: undefined, DIGEST_MAX: 15, DIGEST_HOUR: 7, production: true })
})

describe('a start', () => {
  test('without any required setting and without .env says where it looked, and how to make one', () => {
    expect(() => requireSettings({})).toThrow(
      expect.objectContaining({ code: 'config.missing', exit: 2, message: expect.stringContaining('setup') }),
    )
  })

  test.each([
    ['a required setting', { BASE_URL: 'https://papers.example' }],
    ['one that is in a file', { APP_SECRET_FILE: '/run/secrets/app' }],
    ['NODE_ENV of a developer', { NODE_ENV: 'development' }],
  ])('with %s reads the settings', (_what, environment) => {
    expect(() => requireSettings(environment)).not.toThrow()
  })
})
