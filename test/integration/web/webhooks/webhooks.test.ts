import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PROVIDERS, type ProviderName } from '../../../../src/bounces/providers/registry.ts'
import { readReports } from '../../../../src/bounces/read-reports.ts'
import { openDatabase } from '../../../../src/core/database/database.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { addressHash } from '../../../../src/subscribers/address.ts'
import { buildServer } from '../../../../src/web/server.ts'
import { addSubscribers, enqueueGoodbyes } from '../../../support/messages.ts'
import {
  brevoEvent,
  mailgunEvent,
  mailgunFailure,
  postmarkBounce,
  postmarkEvent,
  sendgridBody,
  sendgridEvent,
  sesBounce,
  sesComplaint,
} from '../../../support/provider-bodies.ts'
import {
  CERTIFICATE_URL,
  MAILGUN_KEY,
  mailgunBody,
  type SnsServer,
  SUBSCRIBE_URL,
  sendgridKey,
  snsKey,
  startSnsServer,
  TOPIC,
} from '../../../support/provider-keys.ts'
import { useSite } from '../../../support/site.ts'

const sns = snsKey()
const sendgrid = sendgridKey()
const LOGIN = 'postmark:a-long-password'
const TOKEN = 'a-token-of-brevo-of-thirty-two-bytes!'
const settings: Record<string, string> = {
  SES_TOPIC_ARN: TOPIC,
  SENDGRID_WEBHOOK_KEY: sendgrid.setting,
  MAILGUN_WEBHOOK_KEY: MAILGUN_KEY,
  POSTMARK_WEBHOOK_LOGIN: LOGIN,
  BREVO_WEBHOOK_TOKEN: TOKEN,
}
let server: SnsServer
let base: string
beforeAll(async () => {
  server = await startSnsServer(sns.pem)
  settings.PROVIDER_URL = server.url
})
afterAll(() => server.close())
const site = useSite(settings)
beforeAll(async () => {
  base = await site.app.listen({ port: 0, host: '127.0.0.1' })
})
// Certificates of a test begin when it does.
let now: Date
beforeEach(() => {
  now = new Date(Date.now() + 60_000)
  site.clock.moveTo(now)
  server.requests.length = 0
  server.answers.length = 0
})

interface Request {
  body: Buffer
  headers?: Record<string, string>
}

const basic = (login: string) => ({ authorization: `Basic ${Buffer.from(login).toString('base64')}` })
const secondsAgo = (seconds: number): Date => new Date(now.getTime() - seconds * 1000)

/** The request of a provider for an event, signed `ago` seconds ago. */
const requestOf: Record<ProviderName, (event: object | Buffer, ago?: number) => Request> = {
  ses: (event, ago = 0) => ({
    body: sns.signed({ Message: JSON.stringify(event), Timestamp: secondsAgo(ago).toISOString() }),
    headers: { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': 'Notification' },
  }),
  sendgrid: (event, ago = 0) => {
    const body = sendgridBody(event)
    return { body, headers: sendgrid.headers(body, secondsAgo(ago)) }
  },
  mailgun: (event, ago = 0) => ({ body: mailgunBody(event, secondsAgo(ago)) }),
  postmark: (event) => ({ body: event as Buffer, headers: basic(LOGIN) }),
  brevo: (event) => ({ body: event as Buffer, headers: { authorization: `Bearer ${TOKEN}` } }),
}

const UNKNOWN = '550 5.1.1 User unknown'

const deadOf: Record<ProviderName, (address: string, messageId?: string) => Request> = {
  ses: (address, messageId) => requestOf.ses(sesBounce('Permanent', 'NoEmail', {}, { address, messageId })),
  sendgrid: (address, messageId) =>
    requestOf.sendgrid(
      sendgridEvent('bounce', { address, messageId }, { type: 'bounce', status: '5.1.1', reason: UNKNOWN }),
    ),
  mailgun: (address, messageId) =>
    requestOf.mailgun(
      mailgunEvent('failed', { address, messageId }, mailgunFailure(550, '5.1.1', 'User unknown')),
    ),
  postmark: (address) => requestOf.postmark(postmarkBounce('HardBounce', `smtp;${UNKNOWN}`, { address })),
  brevo: (address, messageId) => requestOf.brevo(brevoEvent('hard_bounce', { address, messageId }, UNKNOWN)),
}

const complaintOf: Record<ProviderName, (address: string) => Request> = {
  ses: (address) => requestOf.ses(sesComplaint('abuse', { address })),
  sendgrid: (address) => requestOf.sendgrid(sendgridEvent('spamreport', { address })),
  mailgun: (address) => requestOf.mailgun(mailgunEvent('complained', { address })),
  postmark: (address) => requestOf.postmark(postmarkEvent('SpamComplaint', { Email: address })),
  brevo: (address) => requestOf.brevo(brevoEvent('spam', { address })),
}

async function post(provider: ProviderName, { body, headers = {} }: Request, at = base) {
  const type = { 'content-type': 'application/json' }
  const answer = await fetch(`${at}/webhooks/${provider}`, {
    method: 'POST',
    headers: { ...type, ...headers },
    body: new Uint8Array(body),
    redirect: 'manual',
  })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

const outcome = async (provider: ProviderName, request: Request) => {
  const { status, text } = await post(provider, request)
  return [status, text ? JSON.parse(text).error : '', await site.db.report.count()]
}

const read = () =>
  readReports({
    ...site.deps,
    reader: { read: () => Promise.reject(new Error('no mail here')), close: async () => {} },
  })

describe.each(PROVIDERS.map(({ name, setting }) => [name, setting.name] as const))(
  'the webhook of %s',
  (provider, setting) => {
    const one = () => deadOf[provider]('s1@y.example')

    test('stores a report before the 200; the same body twice is one report', async () => {
      const request = one()
      const { status, headers, text } = await post(provider, request)
      expect({ status, text }).toEqual({ status: 200, text: '' })
      expect(headers.has('set-cookie') || headers.has('location')).toBe(false)
      expect(await post(provider, request)).toMatchObject({ status: 200 })
      expect(
        await site.db.report.findMany({ select: { channel: true, recipient: true, raw: true } }),
      ).toEqual([{ channel: provider, recipient: null, raw: new Uint8Array(request.body) }])
    })

    test('accepts any content type, and none', async () => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json', ';;;']) {
        const request = one()
        expect(
          await post(provider, { ...request, headers: { ...request.headers, 'content-type': type } }),
        ).toMatchObject({
          status: 200,
        })
      }
    })

    test('refuses a request without a valid signature, and stores nothing', async () => {
      const { body, headers } = one()
      const unsigned = {
        ...headers,
        authorization: 'Basic eDp5',
        'x-twilio-email-event-webhook-signature': 'MEUC',
      }
      const flipped = Buffer.from(body)
      // In the signature where the body holds it; headers prove the others.
      const at = body.indexOf(provider === 'ses' ? '"Signature":"' : '"signature":"') + 20
      if (at >= 20) flipped[at] = flipped[at] === 0x61 ? 0x62 : 0x61
      expect(await outcome(provider, { body: flipped, headers: unsigned })).toEqual([
        401,
        'webhook.unsigned',
        0,
      ])
      const text = site.logged.at(-1) + site.logged.at(-2)!
      const { text: answer } = await post(provider, { body: flipped, headers: unsigned })
      expect(answer).toContain(`Check that ${setting} matches the webhook in ${provider}`)
      expect(text).toContain('webhook.unsigned')
      expect(site.logged.join('')).not.toContain('y.example')
    })

    test('refuses a body above a megabyte', async () => {
      const request = { ...one(), body: Buffer.alloc(1_000_001, ' ') }
      expect(await outcome(provider, request)).toEqual([413, 'request.too-large', 0])
    })

    test('gets no 5xx without a body, or with bytes that are not JSON', async () => {
      for (const body of [Buffer.alloc(0), Buffer.from([0xff, 0x00]), Buffer.from('[]')]) {
        const { status } = await post(provider, { ...one(), body })
        // Whose password is right may send what it likes: it is kept, and found unreadable.
        const isPassword = provider === 'postmark' || provider === 'brevo'
        expect(status).toEqual(isPassword ? 200 : expect.toBeOneOf([401, 403, 422]))
      }
    })

    test('gets 404 without its setting, and 405 for a GET', async () => {
      const config = { ...site.deps.config, SES_TOPIC_ARN: undefined, SENDGRID_WEBHOOK_KEY: undefined }
      const none = {
        MAILGUN_WEBHOOK_KEY: undefined,
        POSTMARK_WEBHOOK_LOGIN: undefined,
        BREVO_WEBHOOK_TOKEN: undefined,
      }
      const app = buildServer({ ...site.deps, config: { ...config, ...none } })
      const at = await app.listen({ port: 0, host: '127.0.0.1' })
      expect(await post(provider, one(), at)).toMatchObject({ status: 404 })
      await app.close()
      expect((await fetch(`${base}/webhooks/${provider}`)).status).toBe(405)
    })

    test('gets a status that makes the provider retry, without a database', async () => {
      const nowhere = openDatabase('postgresql://postgres@127.0.0.1:1/none', silentLog)
      const app = buildServer({ ...site.deps, db: nowhere.db })
      const at = await app.listen({ port: 0, host: '127.0.0.1' })
      const { status, headers } = await post(provider, one(), at)
      // Brevo does not come again after a 503.
      expect(status).toBe(provider === 'brevo' ? 429 : 503)
      expect(headers.get('retry-after')).toBe('30')
      await app.close()
      await nowhere.close()
    })

    test('suppresses only the subscriber of a hard bounce', async () => {
      await enqueueGoodbyes(site.db, 'transactional', 3)
      await post(provider, deadOf[provider]('s2@y.example'))
      expect(await read()).toBe(1)
      expect(await states()).toEqual(['active', 'suppressed', 'active'])
      expect(await site.db.suppression.findMany({ select: { addressHash: true, reason: true } })).toEqual([
        { addressHash: hashOf('s2@y.example'), reason: 'dead' },
      ])
      expect(await site.db.bounce.findMany({ select: { foundBy: true, effect: true } })).toEqual([
        { foundBy: 'provider', effect: 'suppressed' },
      ])
      expect((await site.db.report.findFirst())!.raw).toBeNull()
    })

    test('ignores an address that we did not email, even if others use the same account', async () => {
      await addSubscribers(site.db, 1)
      await post(provider, complaintOf[provider]('s1@y.example'))
      await post(provider, complaintOf[provider]('stranger@y.example'))
      await read()
      expect(await states()).toEqual(['active'])
      expect(await site.db.suppression.count()).toBe(0)
    })

    test('unsubscribes and suppresses after a complaint', async () => {
      await enqueueGoodbyes(site.db, 'transactional', 3)
      await post(provider, complaintOf[provider]('s3@y.example'))
      await read()
      expect(await states()).toEqual(['active', 'active', 'suppressed'])
      expect(await site.db.subscriber.findUnique({ where: { id: 's3' } })).toMatchObject({
        stateBefore: 'unsubscribed',
      })
      expect(await site.db.suppression.findMany({ select: { reason: true } })).toEqual([
        { reason: 'complaint' },
      ])
    })
  },
)

const hashOf = (address: string): string => addressHash(address, site.deps.config.SUPPRESSION_KEY)

const states = async (): Promise<string[]> =>
  (await site.db.subscriber.findMany({ orderBy: { id: 'asc' } })).map(({ state }) => state)

test.each(['ses', 'sendgrid', 'mailgun', 'brevo'] as const)(
  'the webhook of %s ignores the email of another program to one of our subscribers',
  async (provider) => {
    await enqueueGoodbyes(site.db, 'transactional', 2)
    await post(provider, deadOf[provider]('s2@y.example', '<invoice-77@shop.example>'))
    await read()
    expect(await states()).toEqual(['active', 'active'])
  },
)

test.each(['ses', 'sendgrid', 'mailgun', 'brevo'] as const)(
  'the webhook of %s finds the email by its Message-ID',
  async (provider) => {
    await enqueueGoodbyes(site.db, 'transactional', 2)
    const { id } = await site.db.message.findFirstOrThrow({ where: { subscriberId: 's2' } })
    await post(provider, deadOf[provider]('s2@y.example', `<goodbye.${id}@localhost.example>`))
    await read()
    expect(await site.db.bounce.findMany({ select: { foundBy: true, messageId: true } })).toEqual([
      { foundBy: 'message-id', messageId: id },
    ])
    // The report of a provider is signed: it needs no second one.
    expect(await states()).toEqual(['active', 'suppressed'])
  },
)

describe('the age of a signature', () => {
  const HOUR = 3600
  const event = { sendgrid: sendgridEvent('spamreport', { address: 's1@y.example' }), mailgun: {}, ses: {} }
  test.each([
    ['ses', 1.5],
    ['sendgrid', 24.5],
    ['mailgun', 8.5],
  ] as const)('of %s may be %d hours for a retry', async (provider, hours) =>
    expect(await outcome(provider, requestOf[provider](event[provider], hours * HOUR))).toEqual([200, '', 1]),
  )
  test.each([
    ['ses', 2.1],
    ['sendgrid', 25.1],
    ['mailgun', 9.1],
    ['ses', -0.1],
    ['sendgrid', -0.1],
    ['mailgun', -0.1],
  ] as const)('of %s must not be %d hours', async (provider, hours) =>
    expect(await outcome(provider, requestOf[provider](event[provider], hours * HOUR))).toEqual([
      403,
      'webhook.too-old',
      0,
    ]),
  )
})

describe('SNS', () => {
  const event = sesComplaint('abuse', { address: 's1@y.example' })
  const Message = JSON.stringify(event)
  const stamped = () => ({ Message, Timestamp: now.toISOString() })

  test('accepts version 1 too, and its certificate is fetched once', async () => {
    const app = buildServer(site.deps)
    const at = await app.listen({ port: 0, host: '127.0.0.1' })
    expect(await post('ses', { body: sns.signed(stamped(), '1') }, at)).toMatchObject({ status: 200 })
    expect(await post('ses', { body: sns.signed({ ...stamped(), MessageId: 'x' }) }, at)).toMatchObject({
      status: 200,
    })
    expect(server.requests).toEqual([new URL(CERTIFICATE_URL).pathname])
    await app.close()
  })

  test('a list is refused, even with a valid notification in it', async () => {
    const genuine = JSON.parse(sns.signed(stamped()).toString())
    const body = Buffer.from(JSON.stringify([genuine, { Message }]))
    expect(await outcome('ses', { body })).toEqual([403, 'webhook.other-topic', 0])
  })

  test('another topic is refused without a request', async () => {
    const TopicArn = TOPIC.replace('bounces', 'others')
    expect(await outcome('ses', { body: sns.signed({ ...stamped(), TopicArn }) })).toEqual([
      403,
      'webhook.other-topic',
      0,
    ])
    expect(server.requests).toEqual([])
  })

  test.each([
    'https://evil.amazonaws.com.example/SimpleNotificationService-0.pem',
    'http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem',
    'https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-0.pem',
    'https://user:x@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem',
  ])('a certificate at %s is not fetched', async (SigningCertURL) => {
    expect(await outcome('ses', { body: sns.signed({ ...stamped(), SigningCertURL }) })).toEqual([
      401,
      'webhook.unsigned',
      0,
    ])
    expect(server.requests).toEqual([])
  })

  test('a notification signed with another key is refused', async () =>
    expect(await outcome('ses', { body: snsKey().signed(stamped()) })).toEqual([401, 'webhook.unsigned', 0]))

  test('a missing certificate makes SNS retry, and is fetched again then', async () => {
    const other = CERTIFICATE_URL.replace('0123', 'aaaa')
    const request = { body: sns.signed({ ...stamped(), SigningCertURL: other }) }
    server.answers.push(
      (response) => response.writeHead(500).end(),
      (response) => response.writeHead(302, { location: '/elsewhere.pem' }).end(),
      (response) => response.end('x'.repeat(30_000)),
      (response) => response.destroy(),
    )
    for (let times = 0; times < 4; times++)
      expect(await outcome('ses', request)).toEqual([503, 'webhook.unreachable', 0])
    expect(server.requests).toHaveLength(4)
    expect(await outcome('ses', request)).toEqual([200, '', 1])
  })

  test('SNS has to retry while four certificates are being fetched', async () => {
    const held: (() => void)[] = []
    server.answers.push(
      ...Array.from({ length: 4 }, () => (response: ServerResponse) => {
        held.push(() => response.writeHead(500).end())
      }),
    )
    const request = (n: number) => ({
      body: sns.signed({ ...stamped(), SigningCertURL: CERTIFICATE_URL.replace('0123', `bbb${n}`) }),
    })
    const first = [0, 1, 2, 3].map((n) => post('ses', request(n)))
    try {
      await expect.poll(() => held.length).toBe(4)
      expect(await outcome('ses', request(4))).toEqual([503, 'webhook.unreachable', 0])
      expect(server.requests).toHaveLength(4)
    } finally {
      for (const end of held) end()
    }
    await Promise.all(first)
    expect(await outcome('ses', request(4))).toEqual([200, '', 1])
  })

  const asked = () => ({
    Type: 'SubscriptionConfirmation',
    Message: 'You have chosen to subscribe to the topic.',
    Token: '2336412f37',
    SubscribeURL: SUBSCRIBE_URL,
    Timestamp: now.toISOString(),
  })

  test('a subscription is confirmed without a report', async () => {
    expect(await outcome('ses', { body: sns.signed(asked()) })).toEqual([200, '', 0])
    expect(server.requests.at(-1)).toBe(new URL(SUBSCRIBE_URL).pathname + new URL(SUBSCRIBE_URL).search)
    expect(site.logged.join('')).toContain('webhook.confirmed')
    server.answers.push((response) => response.writeHead(403).end())
    expect(await outcome('ses', { body: sns.signed(asked()) })).toEqual([503, 'webhook.unreachable', 0])
  })

  test('a subscription is confirmed only at a signed address of SNS', async () => {
    await post('ses', { body: sns.signed(stamped()) })
    server.requests.length = 0
    const elsewhere = {
      ...asked(),
      SubscribeURL: SUBSCRIBE_URL.replace('amazonaws.com', 'amazonaws.com.example'),
    }
    expect(await post('ses', { body: sns.signed(elsewhere) })).toMatchObject({ status: 401 })
    expect(await post('ses', { body: snsKey().signed(asked()) })).toMatchObject({ status: 401 })
    expect(server.requests).toEqual([])
  })

  test('the end of a subscription makes no report', async () =>
    expect(
      await outcome('ses', { body: sns.signed({ ...asked(), Type: 'UnsubscribeConfirmation' }) }),
    ).toEqual([200, '', 0]))
})

describe('Mailgun', () => {
  const opened = mailgunEvent('opened', { address: 's1@y.example' })
  const forged = mailgunEvent('complained', { address: 's1@y.example' })

  test('a token of one body is refused with another, at once or later', async () => {
    expect(await outcome('mailgun', { body: mailgunBody(opened, now) })).toEqual([200, '', 1])
    expect(await outcome('mailgun', { body: mailgunBody(forged, now) })).toEqual([
      403,
      'webhook.token-used',
      1,
    ])
    expect(await outcome('mailgun', { body: mailgunBody(opened, now) })).toEqual([200, '', 1])
    expect(await outcome('mailgun', { body: mailgunBody(forged, now, { token: 'u' }) })).toEqual([200, '', 2])
  })

  test('only one of four bodies with the same token is stored', async () => {
    const bodies = [opened, forged, opened, forged].map((event) => mailgunBody(event, now))
    const answers = await Promise.all(bodies.map((body) => post('mailgun', { body })))
    expect(answers.map(({ status }) => status)).toContain(200)
    expect(await site.db.report.count()).toBe(1)
  })
})

describe('Postmark and Brevo', () => {
  const complaint = postmarkEvent('SpamComplaint', { Email: 's1@y.example' })
  test.each([
    ['postmark', basic('postmark:a-long-passwore'), 401],
    ['postmark', basic('someone:a-long-password'), 401],
    ['postmark', { authorization: `Bearer ${LOGIN}` }, 401],
    ['postmark', {}, 401],
    ['brevo', basic(`brevo:${TOKEN}`), 200],
    ['brevo', basic(`brevo:${TOKEN}x`), 401],
    ['brevo', { authorization: `Bearer ${TOKEN}x` }, 401],
    ['brevo', { authorization: TOKEN }, 401],
    ['brevo', {}, 401],
  ] as const)('%s with %o gets %d', async (provider, headers, status) => {
    const answer = await post(provider, { body: complaint, headers: { ...headers } })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('www-authenticate')).toEqual(
      status === 401 ? expect.stringContaining('Basic') : null,
    )
    expect(answer.text).not.toContain('password')
  })
})
