import { describe, expect, test } from 'vitest'
import { eraseSubscriber } from '../../../src/account/erase-subscriber.ts'
import { changeAddressByOperator } from '../../../src/account/request-address-change.ts'
import { resubscribe } from '../../../src/account/unsubscribe.ts'
import { readReports } from '../../../src/bounces/read-reports.ts'
import { insertReport, takeReport } from '../../../src/bounces/report.repo.ts'
import { Fault } from '../../../src/core/errors.ts'
import { signLink } from '../../../src/subscribers/links.ts'
import { unsuppress } from '../../../src/subscribers/suppress-subscriber.ts'
import { suppressionOf } from '../../../src/subscribers/suppression.repo.ts'
import { appleUnsubscribe, complaint, deliveryReport, vacation } from '../../support/bounce-emails.ts'
import { type SentMail, useBounceWorld } from '../../support/bounce-world.ts'

const world = useBounceWorld()
const ANN = 'ann@reader.example'
const UNKNOWN = '550 5.1.1 <ann@reader.example>: Recipient address rejected: User unknown'

describe('a report of a dead mailbox', () => {
  test("by a server's own reply suppresses the address at once, and no other", async () => {
    const mail = await world.sendTo(ANN)
    await world.sendTo('ben@reader.example')
    await world.receive(deliveryReport({ recipient: ANN, said: UNKNOWN }), { to: mail.envelope })
    expect(await world.bounces()).toEqual([
      { class: 'dead', effect: 'suppressed', foundBy: 'token', messageId: mail.id },
    ])
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'suppressed', stateBefore: 'active' })
    expect(await world.suppressionOf(ANN)).toBe('dead')
    expect(await world.stateOf('ben@reader.example')).toMatchObject({ state: 'active' })
    expect(JSON.stringify(world.logged)).not.toContain('reader.example')
  })

  test('by free text suppresses the address after a second report on another day', async () => {
    const report = () => deliveryReport({ recipient: ANN, said: '550 <ann@reader.example>: User unknown' })
    const first = await world.sendTo(ANN)
    await world.receive(report(), { to: first.envelope })
    const second = await world.sendTo(ANN)
    await world.receive(report(), { to: second.envelope })
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'active' })
    world.later(1)
    const third = await world.sendTo(ANN)
    await world.receive(report(), { to: third.envelope })
    expect((await world.bounces()).map(({ effect }) => effect)).toEqual(['nothing', 'nothing', 'suppressed'])
    expect(await world.suppressionOf(ANN)).toBe('dead')
  })

  test('by free text is cleared by a later email without a bounce in five days', async () => {
    const report = () => deliveryReport({ recipient: ANN, said: '550 <ann@reader.example>: User unknown' })
    const first = await world.sendTo(ANN)
    await world.receive(report(), { to: first.envelope })
    world.later(1)
    await world.sendTo(ANN)
    world.later(6)
    const third = await world.sendTo(ANN)
    await world.receive(report(), { to: third.envelope })
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'active' })
  })

  test.each([
    ['by free text drops the request', '550 no such user', 'dropped'],
    ["by a server's reply drops the request and suppresses the address", UNKNOWN, 'suppressed'],
  ])('about an unconfirmed sign-up %s', async (_what, said, done) => {
    const mail = await world.sendTo(ANN, { state: 'pending', kind: 'confirmation' })
    const { db } = world.deps
    const request = { topics: [] }
    await db.signup.create({
      data: { subscriberId: mail.subscriberId, request: request, createdAt: world.clock.now() },
    })
    await world.receive(deliveryReport({ recipient: ANN, said }), { to: mail.envelope })
    expect(await world.bounces()).toMatchObject([{ class: 'dead', effect: done }])
    expect(await db.signup.count()).toBe(0)
  })

  test('behind the address of a group does not end its emails', async () => {
    for (let day = 0; day < 3; day++) {
      const mail = await world.sendTo('team@reader.example')
      await world.receive(deliveryReport({ recipient: ANN, said: UNKNOWN }), { to: mail.envelope })
      world.later(1)
    }
    expect((await world.bounces()).map(({ effect }) => effect)).toEqual([
      'elsewhere',
      'elsewhere',
      'elsewhere',
    ])
    expect(await world.stateOf('team@reader.example')).toMatchObject({ state: 'active' })
  })

  test('about a former address suppresses that, and not the new one', async () => {
    const mail = await world.sendTo(ANN)
    const to = { address: 'ann@new.example', addressKey: 'ann@new.example' }
    await world.deps.db.subscriber.update({ where: { id: mail.subscriberId }, data: to })
    await world.receive(deliveryReport({ recipient: ANN, said: UNKNOWN }), { to: mail.envelope })
    expect(await world.suppressionOf(ANN)).toBe('dead')
    expect(await world.stateOf('ann@new.example')).toMatchObject({ state: 'active' })
  })
})

test('a lifted suppression is not renewed by another report of the same email', async () => {
  const mail = await world.sendTo(ANN)
  const report = deliveryReport({ recipient: ANN, said: UNKNOWN })
  await world.receive(report, { to: mail.envelope })
  await unsuppress(world.deps, { email: ANN })
  await world.receive(Buffer.concat([report, Buffer.from('\r\n')]), { to: mail.envelope })
  expect(await world.stateOf(ANN)).toMatchObject({ state: 'active' })
  const next = await world.sendTo(ANN)
  await world.receive(report, { to: next.envelope })
  expect(await world.suppressionOf(ANN)).toBe('dead')
})

describe('reports by free text', () => {
  const report = (recipient = ANN) => deliveryReport({ recipient, said: `550 <${recipient}>: User unknown` })

  test('count once per email, for any number of reports and days', async () => {
    const mail = await world.sendTo(ANN)
    await world.receive(report(), { to: mail.envelope })
    world.later(1)
    await world.receive(Buffer.concat([report(), Buffer.from('\r\n')]), { to: mail.envelope })
    expect((await world.bounces()).map(({ effect }) => effect)).toEqual(['nothing', 'nothing'])
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'active' })
  })

  test('do not count for a new address', async () => {
    const mail = await world.sendTo(ANN)
    await world.receive(report(), { to: mail.envelope })
    world.later(1)
    await changeAddressByOperator(world.deps, { email: ANN, newEmail: 'ann@new.example' })
    const other = await world.sendTo('ann@new.example')
    await world.receive(report('ann@new.example'), { to: other.envelope })
    expect(await world.stateOf('ann@new.example')).toMatchObject({ state: 'active' })
  })

  test('do not count after a new confirmation', async () => {
    const { db } = world.deps
    const mail = await world.sendTo(ANN)
    await world.receive(report(), { to: mail.envelope })
    world.later(8)
    await db.subscriber.update({ where: { addressKey: ANN }, data: { confirmedAt: world.clock.now() } })
    const second = await world.sendTo(ANN)
    await world.receive(report(), { to: second.envelope })
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'active' })
  })

  test('do not count after an automatic reply, which shows that the mailbox works', async () => {
    const mail = await world.sendTo(ANN)
    await world.receive(report(), { to: mail.envelope })
    world.later(1)
    const second = await world.sendTo(ANN)
    await world.receive(vacation(), { to: second.envelope })
    world.later(1)
    const third = await world.sendTo(ANN)
    await world.receive(report(), { to: third.envelope })
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'active' })
  })

  test("count like a server's reply that was found only by a Message-ID", async () => {
    const mail = await world.sendTo(ANN)
    const original = { 'Message-ID': mail.messageIdField }
    await world.receive(deliveryReport({ recipient: ANN, said: UNKNOWN, original }))
    expect(await world.bounces()).toMatchObject([{ class: 'dead', foundBy: 'message-id', effect: 'nothing' }])
  })
})

test.each([
  ['another domain, to which they forward', 'ann@old-isp.example', 'elsewhere'],
  ['a host of their domain', 'ann@mx.reader.example', 'suppressed'],
])('a report about %s has the effect of its domain', async (_what, recipient, done) => {
  const mail = await world.sendTo(ANN)
  await world.receive(deliveryReport({ recipient, said: '550 5.1.1 User unknown' }), { to: mail.envelope })
  expect(await world.bounces()).toMatchObject([{ class: 'dead', effect: done }])
})

test('a report about an erased subscriber is counted without data that identifies them', async () => {
  const { db } = world.deps
  const mail = await world.sendTo(ANN)
  await eraseSubscriber(world.deps, { email: ANN })
  await world.receive(deliveryReport({ recipient: ANN, said: UNKNOWN }), { to: mail.envelope })
  expect(await db.bounce.findMany()).toMatchObject([
    { class: 'dead', effect: 'nothing', messageId: mail.id, reply: '', domain: null },
  ])
  expect(await db.suppression.count()).toBe(0)
})

describe('a report of a full mailbox', () => {
  const full = () => deliveryReport({ recipient: ANN, said: '552 5.2.2 <ann@reader.example> Mailbox full' })

  test('pauses the subscription for a week, and suppresses the address at the fifth in two weeks', async () => {
    const done: string[] = []
    for (let times = 1; times <= 5; times++) {
      const mail = await world.sendTo(ANN)
      await world.receive(full(), { to: mail.envelope })
      done.push((await world.bounces()).at(-1)!.effect)
      if (times === 1)
        expect((await world.stateOf(ANN)).pausedUntil).toEqual(new Date('2026-12-01T00:00:00Z'))
      world.later(4)
    }
    expect(done).toEqual(['paused', 'paused', 'paused', 'paused', 'suppressed'])
    expect(await world.suppressionOf(ANN)).toBe('full')
  })

  test('keeps a longer pause of the subscriber', async () => {
    const mail = await world.sendTo(ANN, { state: 'paused' })
    await world.receive(full(), { to: mail.envelope })
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'paused', pausedUntil: null })
    expect(await world.bounces()).toMatchObject([{ class: 'full', effect: 'nothing' }])
  })
})

describe('a complaint', () => {
  test('proven by the token or our signed field suppresses the address at once, without an email', async () => {
    const mail = await world.sendTo(ANN)
    const other = await world.sendTo('ben@reader.example')
    await world.receive(complaint({ 'X-Daily-Papers-Message': mail.token }), {
      to: 'fbl@bounce.papers.example',
    })
    await world.receive(complaint({}), { to: other.envelope })
    expect(await world.bounces()).toEqual([
      { class: 'complaint', effect: 'suppressed', foundBy: 'field', messageId: mail.id },
      { class: 'complaint', effect: 'suppressed', foundBy: 'token', messageId: other.id },
    ])
    // Lifting the suppression does not restart the subscription.
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'suppressed', stateBefore: 'unsubscribed' })
    expect(await world.suppressionOf('ben@reader.example')).toBe('complaint')
    expect(await world.deps.db.message.count({ where: { state: 'ready', acceptances: { none: {} } } })).toBe(
      0,
    )
  })

  const goodbyes = () => world.deps.db.message.findMany({ where: { kind: 'goodbye' } })
  const ELSEWHERE = { 'Original-Rcpt-To': 'ben@forward.example' }

  test.each([
    ['quotes only the Message-ID', (mail: SentMail) => complaint({ 'Message-ID': mail.messageIdField })],
    [
      'asks to opt out, and quotes only the Message-ID',
      (mail: SentMail) => complaint({ 'Message-ID': mail.messageIdField }, { type: 'opt-out' }),
    ],
    [
      'names another mailbox',
      (mail: SentMail) => complaint({ 'X-Daily-Papers-Message': mail.token }, { fields: ELSEWHERE }),
    ],
  ])('that %s unsubscribes once, with a goodbye that can undo it', async (_what, raw) => {
    const mail = await world.sendTo(ANN)
    await world.receive(raw(mail))
    expect(await world.bounces()).toMatchObject([{ effect: 'unsubscribed', messageId: mail.id }])
    expect(await world.suppressionOf(ANN)).toBeNull()
    expect(await goodbyes()).toMatchObject([{ toAddress: ANN, content: { reported: true } }])
    const { id, epoch } = await world.deps.db.subscriber.findFirstOrThrow()
    const link = { purpose: 'resubscribe', id, epoch, issuedAt: world.clock.now() } as const
    const undo = signLink(link, world.deps.config.APP_SECRET[0]!)
    await resubscribe(world.deps, undo)
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'active' })
    // After the undo, the same message cannot end the subscription again.
    await world.receive(Buffer.concat([raw(mail), Buffer.from('again')]))
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'active' })
    // But a proven complaint about it can.
    await world.receive(complaint({}), { to: mail.envelope })
    expect(await world.suppressionOf(ANN)).toBe('complaint')
  })

  test('without proof does nothing to a pending subscriber', async () => {
    const mail = await world.sendTo(ANN, { state: 'pending', kind: 'confirmation' })
    await world.receive(complaint({ 'Message-ID': mail.messageIdField }))
    expect(await world.bounces()).toMatchObject([{ effect: 'nothing' }])
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'pending' })
    expect(await goodbyes()).toEqual([])
  })

  test('without proof does not stop delivery, five times', async () => {
    for (let n = 0; n < 6; n++) {
      const mail = await world.sendTo(`n${n}@reader.example`)
      await world.receive(complaint({ 'Message-ID': mail.messageIdField }))
    }
    expect(await world.deps.db.consent.count({ where: { how: 'unproven complaint' } })).toBe(6)
    expect(await world.deps.db.switch.findUnique({ where: { name: 'delivery' } })).toBeNull()
  })

  test('with proof stops delivery, five times about few emails', async () => {
    for (let n = 0; n < 5; n++) {
      const mail = await world.sendTo(`n${n}@reader.example`)
      await world.receive(complaint({ 'X-Daily-Papers-Message': mail.token }))
    }
    expect(await world.deps.db.switch.findUnique({ where: { name: 'delivery' } })).toMatchObject({
      value: 'paused',
    })
  })

  test('that requests removal from a list unsubscribes, and suppresses no address', async () => {
    const mail = await world.sendTo(ANN)
    await world.receive(complaint({ 'X-Daily-Papers-Message': mail.token }, { type: 'opt-out' }))
    expect(await world.bounces()).toMatchObject([{ class: 'unsubscribe', effect: 'unsubscribed' }])
    expect(await world.suppressionOf(ANN)).toBeNull()
  })

  test('that says “this is not spam” changes nothing', async () => {
    const mail = await world.sendTo(ANN)
    await world.receive(complaint({ 'X-Daily-Papers-Message': mail.token }, { type: 'not-spam' }))
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'active' })
  })
})

describe('an unsubscribe by email', () => {
  test("is proven by the token in the address, also in Apple's form, and enqueues no email", async () => {
    const mail = await world.sendTo(ANN)
    await world.receive(appleUnsubscribe(mail.unsubscribe), { to: mail.unsubscribe })
    expect(await world.bounces()).toMatchObject([{ class: 'unsubscribe', effect: 'unsubscribed' }])
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'unsubscribed' })
    expect(await world.deps.db.message.count({ where: { kind: 'goodbye' } })).toBe(0)
    expect(world.logged).toContainEqual(
      expect.objectContaining({ event: 'subscriber.unsubscribed', how: 'mail' }),
    )
  })

  test('works with any content, and any number of times', async () => {
    const mail = await world.sendTo(ANN)
    for (const raw of [
      '',
      '\0\0',
      'x'.repeat(100_000),
      deliveryReport({ recipient: ANN, said: UNKNOWN }).toString(),
    ])
      await world.receive(Buffer.from(raw), { to: mail.unsubscribe })
    expect((await world.bounces()).map(({ effect }) => effect)).toEqual([
      'unsubscribed',
      'nothing',
      'nothing',
      'nothing',
    ])
    expect(await world.suppressionOf(ANN)).toBeNull()
  })
})

describe('a report without effect', () => {
  test.each([
    [
      'a policy refusal',
      deliveryReport({ recipient: ANN, said: '550 5.7.1 Message rejected as spam' }),
      'policy',
    ],
    ['our own DNS', deliveryReport({ recipient: ANN, said: '550 5.7.25 No PTR record' }), 'ours'],
    [
      'a delay',
      deliveryReport({ recipient: ANN, said: '451 4.7.1 Greylisted', action: 'delayed' }),
      'delayed',
    ],
    ['a success', deliveryReport({ recipient: ANN, status: '2.0.0', action: 'delivered' }), 'not-a-report'],
    [
      'a server that is down',
      deliveryReport({
        recipient: ANN,
        status: '4.4.1',
        said: '451 4.4.1 connect to mx: Connection refused',
      }),
      'temporary',
    ],
    [
      'an email that expired',
      deliveryReport({ recipient: ANN, said: '421 4.4.2 Connection timed out' }),
      'temporary',
    ],
    ['an automatic reply', vacation(), 'auto-reply'],
  ])('is that of %s', async (_what, raw, kind) => {
    const mail = await world.sendTo(ANN)
    await world.receive(raw, { to: mail.envelope })
    expect(await world.bounces()).toMatchObject([{ class: kind, effect: 'nothing', foundBy: 'token' }])
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'active', pausedUntil: null })
  })

  test('is that of a stranger who has only the address', async () => {
    await world.sendTo(ANN)
    await world.receive(deliveryReport({ recipient: ANN, said: UNKNOWN }), {
      to: 'postmaster@bounce.papers.example',
    })
    const forged = {
      'X-Daily-Papers-Message': '00'.repeat(22),
      'Message-ID': '<digest.AAAAAAAAAAAAAAAA@x.example>',
    }
    await world.receive(deliveryReport({ recipient: ANN, said: UNKNOWN, original: forged }))
    expect(await world.bounces()).toMatchObject([
      { class: 'dead', foundBy: null, effect: 'nothing' },
      { class: 'dead', foundBy: null, effect: 'nothing' },
    ])
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'active' })
  })
})

describe('`readReports`', () => {
  test('counts a report on two channels once', async () => {
    const mail = await world.sendTo(ANN)
    const raw = deliveryReport({ recipient: ANN, said: '552 5.2.2 Mailbox full' })
    await world.receive(raw, { to: mail.envelope })
    await world.receive(raw, { to: mail.envelope, channel: 'smtp' })
    expect(await world.deps.db.report.count()).toBe(1)
  })

  test('deletes the bytes of a report once it is read', async () => {
    const { db } = world.deps
    const mail = await world.sendTo(ANN)
    const raw = deliveryReport({ recipient: ANN, said: UNKNOWN })
    await insertReport(db, { channel: 'lmtp', recipient: mail.envelope, raw, at: world.clock.now() })
    expect(await db.report.findFirst()).toMatchObject({ state: 'waiting', bytes: raw.length })
    expect(await world.read()).toBe(1)
    expect(await db.report.findFirst()).toMatchObject({ state: 'read', raw: null, bytes: raw.length })
    expect(JSON.stringify(await db.bounce.findMany())).not.toContain('ann@')
  })

  test('ends a report as unreadable after ten readers died with it', async () => {
    const { db } = world.deps
    const mail = await world.sendTo(ANN)
    const raw = deliveryReport({ recipient: ANN, said: UNKNOWN })
    await insertReport(db, { channel: 'lmtp', recipient: mail.envelope, raw, at: world.clock.now() })
    const forget = () => db.report.updateMany({ data: { takenUntil: new Date(0) } })
    for (let tries = 1; tries <= 10; tries++) {
      expect(await takeReport(db)).toMatchObject({ attempts: tries })
      expect(await takeReport(db)).toBeNull()
      await forget()
    }
    await world.read()
    expect(await db.report.findFirst()).toMatchObject({ state: 'unreadable', raw: null })
    expect(await world.bounces()).toMatchObject([{ class: 'unknown', foundBy: 'token', messageId: mail.id }])
    expect(await suppressionOf(db, ANN)).toBeNull()
  })

  test('does not count failures of the reader, which delay no other report', async () => {
    const { db } = world.deps
    const mail = await world.sendTo(ANN)
    const raw = deliveryReport({ recipient: ANN, said: UNKNOWN })
    await insertReport(db, { channel: 'lmtp', recipient: mail.envelope, raw, at: world.clock.now() })
    await insertReport(db, { channel: 'smtp', recipient: mail.unsubscribe, raw, at: world.clock.now() })
    const broken = { read: () => Promise.reject(new Error('no thread')), close: async () => {} }
    for (let times = 0; times < 6; times++) {
      await readReports({ ...world.deps, reader: broken })
      await db.report.updateMany({ data: { takenUntil: new Date(0) } })
    }
    expect(await world.stateOf(ANN)).toMatchObject({ state: 'unsubscribed' })
    expect(await db.report.findFirst({ where: { channel: 'lmtp' } })).toMatchObject({
      state: 'waiting',
      attempts: 0,
    })
    await world.read()
    expect(await world.suppressionOf(ANN)).toBe('dead')
  })

  test('tries a report three times that takes too long', async () => {
    const { db } = world.deps
    const mail = await world.sendTo(ANN)
    await insertReport(db, {
      channel: 'lmtp',
      recipient: mail.envelope,
      raw: vacation(),
      at: world.clock.now(),
    })
    const slow = { read: () => Promise.reject(new Fault('report.too-long-to-read')), close: async () => {} }
    const states: string[] = []
    for (let times = 0; times < 3; times++) {
      await readReports({ ...world.deps, reader: slow })
      await db.report.updateMany({ data: { takenUntil: new Date(0) } })
      states.push((await db.report.findFirstOrThrow()).state)
    }
    expect(states).toEqual(['waiting', 'waiting', 'unreadable'])
  })

  test('processes each report once with many readers at once', async () => {
    const { db } = world.deps
    for (let n = 0; n < 12; n++) {
      const mail = await world.sendTo(`n${n}@reader.example`)
      const said = '552 5.2.2 Mailbox full'
      const raw = deliveryReport({ recipient: mail.address, said })
      await insertReport(db, { channel: 'lmtp', recipient: mail.envelope, raw, at: world.clock.now() })
    }
    const counts = await Promise.all([world.read(), world.read(), world.read()])
    expect(counts.reduce((a, b) => a + b)).toBe(12)
    expect(await db.consent.count({ where: { event: 'paused' } })).toBe(12)
    expect(await db.bounce.count()).toBe(12)
  })
})

describe('a domain that bounces 5 % of its email by policy', () => {
  const spam = (recipient: string) =>
    deliveryReport({ recipient, said: '550 5.7.1 Message rejected as spam' })
  const sendRate = () => world.deps.db.bucket.findUnique({ where: { key: 'send domain reader.example' } })

  async function returnedBy(count: number) {
    for (let n = 0; n < count; n++) {
      const mail = await world.sendTo(`n${n}@reader.example`)
      const report = { channel: 'lmtp', recipient: mail.envelope, raw: spam(mail.address) } as const
      await insertReport(world.deps.db, { ...report, at: world.clock.now() })
    }
    await world.read()
  }

  test('is held, and the operator gets an alert', async () => {
    await returnedBy(20)
    expect(await sendRate()).toMatchObject({ reply: expect.stringContaining('100 % of 20') })
    expect((await sendRate())!.heldUntil!.getTime()).toBeGreaterThan(Date.now())
    const where = { name: 'trouble domain reader.example' }
    expect(await world.deps.db.switch.findUnique({ where })).toMatchObject({
      value: 'domain-held',
      reason: expect.stringContaining('5.7.1 Message rejected as spam'),
    })
  })

  test('is not held again for the same bounces', async () => {
    await returnedBy(20)
    await world.deps.db.bucket.deleteMany()
    world.later(0.1)
    await returnedBy(1)
    expect(await sendRate()).toBeNull()
  })

  test('is not held for forged reports about one person', async () => {
    const mail = await world.sendTo(ANN)
    for (let n = 0; n < 30; n++) {
      const raw = Buffer.concat([spam(ANN), Buffer.from(`${n}`)])
      await insertReport(world.deps.db, {
        channel: 'lmtp',
        recipient: mail.envelope,
        raw,
        at: world.clock.now(),
      })
    }
    await world.read()
    expect(await sendRate()).toBeNull()
  })
})
