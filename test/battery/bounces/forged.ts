import { randomId } from '../../../src/core/secrets.ts'
import { returnToken } from '../../../src/subscribers/return-address.ts'
import { appleUnsubscribe, complaint, deliveryReport } from '../../support/bounce-emails.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { APP_SECRET } from '../bench/bulk-emails.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { untilRead, withReturns } from './bench.ts'
import { bring, type Coming } from './client.ts'
import { addReaders, BOUNCE_DOMAIN, type Reader, statesOf } from './readers.ts'

const OTHER_SECRET = 'a-secret-of-another-service-32-bytes'
const FEEDBACK = `fbl@${BOUNCE_DOMAIN}`
const VICTIMS: Record<Profile, number> = { ci: 12, nightly: 1000 }

/** One hexadecimal digit is another one. */
function withOtherDigit(token: string, at: number): string {
  const digit = token[at] === '0' ? '1' : '0'
  return `${token.slice(0, at)}${digit}${token.slice(at + 1)}`
}

/** Tokens that look right, about a message or a subscriber whose id the forger knows. */
const tokensAbout = ({ id, subscriberId, token }: Reader): string[] => [
  ...[0, 23, 24, 43].map((at) => withOtherDigit(token, at)),
  token.slice(0, -1),
  token.slice(0, 24),
  `${token}00`,
  `${token.slice(0, 24)}${'0'.repeat(20)}`,
  returnToken({ purpose: 'bounce', id }, OTHER_SECRET),
  returnToken({ purpose: 'bounce', id }, ''),
  returnToken({ purpose: 'unsubscribe', id: subscriberId }, APP_SECRET),
  returnToken({ purpose: 'unsubscribe', id: subscriberId }, OTHER_SECRET),
]

/** An attacker who wants a reader suppressed writes to every address that the service may accept. */
const recipientsAbout = (victim: Reader): string[] => [
  ...tokensAbout(victim).flatMap((token) => [`b+${token}@${BOUNCE_DOMAIN}`]),
  ...[withOtherDigit(victim.token, 5), victim.token, returnToken(idAs(victim), OTHER_SECRET)].map(
    (token) => `u+${token}@${BOUNCE_DOMAIN}`,
  ),
  `b+@${BOUNCE_DOMAIN}`,
  `u+@${BOUNCE_DOMAIN}`,
  `b+${victim.token}@elsewhere.example`,
  victim.address,
]

const idAs = ({ subscriberId }: Reader) => ({ purpose: 'unsubscribe' as const, id: subscriberId })

/** What names the victim and nothing that only who saw the mail can know. */
function mailsAbout({ address, id, token }: Reader): Buffer[] {
  const said = `550 5.1.1 <${address}>: User unknown`
  const guessed = [
    `<note.${randomId(96)}@papers.example>`,
    `<note.${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}@papers.example>`,
    `<note.${id}>`,
    `<${address}>`,
  ].join(' ')
  const originals: Record<string, string>[] = [
    {},
    { 'Message-ID': guessed },
    ...[
      withOtherDigit(token, 30),
      token.slice(0, 24),
      returnToken({ purpose: 'bounce', id }, OTHER_SECRET),
    ].map((forged) => ({ 'X-Daily-Papers-Message': forged, 'Message-ID': guessed })),
  ]
  return originals.flatMap((original) => {
    const all = { To: address, ...original }
    return [
      deliveryReport({ recipient: address, said, original: all }),
      deliveryReport({ recipient: address, said: '552 5.2.2 Mailbox full', original: all }),
      complaint({ ...all, 'X-HmXmrOriginalRecipient': address }),
      appleUnsubscribe(address),
    ]
  })
}

/** A subscriber who means ill has a token of their own: what they write under it may cost them their subscription. */
const underOwnToken = (ill: Reader, victim: Reader): Coming[] =>
  [ill.envelope, ill.unsubscribe].flatMap((to) => mailsAbout(victim).map((raw) => ({ to, raw })))

/** What a person can write who got a reply with the Message-ID in it, or the whole email as an attachment. */
const complaintsBySight = ({ messageIdField, token }: Reader, n: number): Buffer =>
  n % 2
    ? complaint({ 'Message-ID': messageIdField })
    : complaint({ 'X-Daily-Papers-Message': token, 'X-HmXmrOriginalRecipient': 'me@forward.example' })

async function forgeAll(count: number, part?: WrongPart) {
  return withReturns(async ({ db, ports, startWorker }) => {
    const names = Array.from({ length: count }, (_, n) => `victim${n}@reader.example`)
    const victims = await addReaders(db, names)
    const [ill, ...others] = await addReaders(db, ['ill@reader.example', 'stays@reader.example'])
    const seen = await addReaders(
      db,
      victims.map((_, n) => `seen${n}@reader.example`),
    )
    const worker = await startWorker({ part })
    const forged = victims.flatMap((victim): Coming[] => {
      const raws = mailsAbout(victim)
      const unknown = recipientsAbout(victim).map((to, n) => ({ to, raw: raws[n % raws.length]! }))
      return [...unknown, ...raws.map((raw) => ({ to: FEEDBACK, raw }))]
    })
    forged.push(...underOwnToken(ill!, victims[0]!))
    forged.push(...seen.map((reader, n) => ({ to: FEEDBACK, raw: complaintsBySight(reader, n) })))
    const half = forged.length / 2
    const [byLmtp, bySmtp] = await Promise.all([
      bring(forged.slice(0, half), { port: ports.lmtp, channel: 'lmtp', connections: 4 }),
      bring(forged.slice(half), { port: ports.smtp, channel: 'smtp', connections: 4 }),
    ])
    await untilRead(db)
    await worker.end()
    const states = await statesOf(db, [...victims, ...others])
    const touched = [...states].filter(([, state]) => state !== 'active').map(([address]) => address)
    return {
      mails: forged.length,
      taken: byLmtp.taken.length + bySmtp.taken.length,
      refused: byLmtp.refused.length + bySmtp.refused.length,
      read: await db.report.count({ where: { state: 'read' } }),
      suppressions: await db.suppression.count({
        where: { addressHash: { in: await hashesOf(db, [...victims, ...seen]) } },
      }),
      ended: [...(await statesOf(db, seen)).values()].filter((state) => state === 'unsubscribed').length,
      undos: await db.message.count({ where: { kind: 'goodbye', subscriberId: { in: idsOf(seen) } } }),
      paused: await db.switch.count({ where: { name: 'delivery' } }),
      consents: await db.consent.count({
        where: { subscriberId: { in: idsOf(victims) } },
      }),
      touched,
      victims: count,
    }
  })
}

const idsOf = (readers: readonly Reader[]): string[] => readers.map(({ subscriberId }) => subscriberId)

async function hashesOf(db: Parameters<typeof statesOf>[0], readers: readonly Reader[]): Promise<string[]> {
  const where = { id: { in: idsOf(readers) } }
  const rows = await db.subscriber.findMany({ where, select: { addressHash: true } })
  return rows.map(({ addressHash }) => addressHash!)
}

type Forged = Awaited<ReturnType<typeof forgeAll>>

const inWords = ({ taken, refused, read, touched, suppressions, ended, undos, paused }: Forged): string =>
  `refused at RCPT ${refused}, taken ${taken}, read ${read}; changed ${touched.length}${touched.length > 0 ? ` (${touched.slice(0, 3).join(', ')})` : ''}, suppressions ${suppressions}; complaints with a Message-ID: unsubscribed ${ended}, emails with an undo ${undos}; delivery ${paused ? 'paused' : 'continues'}`

export const forged: BatteryCase = {
  name: 'bounces-forged',
  fault:
    'reports, complaints and unsubscribe requests about other people: with no token, cut off, altered, of another purpose or secret, with guessed ids; complaints with a Message-ID, or naming another mailbox',
  invariant:
    'no reader is suppressed; a complaint that may be forged unsubscribes with an undo, and does not pause delivery; each email to a wrong token is refused at RCPT',
  run: async (profile) => {
    const seen = await forgeAll(VICTIMS[profile])
    const { mails, taken, refused, read, touched, suppressions, consents, victims } = seen
    const isUndoable = seen.ended === victims && seen.undos === victims && seen.paused === 0
    const isAllSettled = taken + refused === mails && read > 0 && refused >= victims * 15
    return {
      ok: isAllSettled && isUndoable && touched.length === 0 && suppressions === 0 && consents === 0,
      n: `${mails} emails about ${victims} people`,
      result: inWords(seen),
    }
  },
}

const TRUSTS_ADDRESS: WrongPart = {
  real: 'src/bounces/find-subject.ts',
  wrong: 'test/battery/bounces/wrong-parts/trusts-address.ts',
}

/** Green where the battery sees a stranger suppressed. */
export const forgedWrong: BatteryCase = {
  name: 'bounces-forged-wrong-trusts-address',
  fault: 'a wrong variant: the address that a report names is trusted without a token',
  invariant: 'must be caught: a forged report suppresses a reader',
  run: async () => {
    const seen = await forgeAll(5, TRUSTS_ADDRESS)
    const caught = seen.touched.length > 0 && seen.suppressions > 0
    return {
      ok: caught,
      n: `${seen.mails} emails about ${seen.victims} people`,
      result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inWords(seen)}`,
    }
  },
}

const BELIEVES_COMPLAINTS: WrongPart = {
  real: 'src/bounces/consequence.ts',
  wrong: 'test/battery/bounces/wrong-parts/trusts-any-complaint.ts',
}

/** Green where the battery sees that complaints without proof suppress, and pause delivery. */
export const forgedComplaintWrong: BatteryCase = {
  name: 'bounces-forged-wrong-trusts-any-complaint',
  fault: 'a wrong variant: a complaint needs no proof',
  invariant: 'must be caught: a suppression for each, and delivery paused',
  run: async () => {
    const seen = await forgeAll(6, BELIEVES_COMPLAINTS)
    const caught = seen.suppressions === seen.victims && seen.ended === 0 && seen.paused === 1
    return {
      ok: caught,
      n: `${seen.mails} emails about ${seen.victims} people`,
      result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inWords(seen)}`,
    }
  },
}
