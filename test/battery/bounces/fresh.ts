import type { Mta, MtaKind } from '../../support/mta.ts'
import { startNextHop } from '../../support/mta-next-hop.ts'
import { eventually } from '../../support/until.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { atEndOfRun } from '../bench/cleanups.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { type ReturnsBench, returnsOn, untilRead, withReturns } from './bench.ts'
import { MTA_KINDS, sendThrough } from './mtas.ts'
import { addReaders, BOUNCE_DOMAIN, mailAgain, NEXT_DAY, type Reader, statesOf } from './readers.ts'

/** Who there is, and what they are after the reports of the first day, and after those of the next one. */
const GROUPS = {
  'known@reader.example': ['active', 'active'],
  /** Their server says so only in words. */
  'unknown@reader.example': ['active', 'suppressed'],
  'known@far.example': ['active', 'active'],
  /** The far server answered 550 5.1.1. */
  'unknown@far.example': ['suppressed', 'suppressed'],
  'full@far.example': ['paused', 'paused'],
  'spam@far.example': ['active', 'active'],
} as const
type Group = keyof typeof GROUPS
const NAMES = Object.keys(GROUPS) as Group[]

/** Emails of each group through each server on the first day. */
const OF_EACH: Record<Profile, number> = { ci: 2, nightly: 17 }

interface Seen {
  name: string
  sent: number
  cameBack: number
  byToken: number
  /** Reports that must have come. */
  expected: number
  /** "unknown3@far.example: active", for each reader in a wrong state. */
  wrong: string[]
  suppressed: number
  /** Emails in the Maildirs and at the far server, of known readers. */
  arrived: number
  known: number
}

const addressesOf = (group: Group, count: number): string[] =>
  Array.from({ length: count }, (_, n) => group.replace('@', `${n}@`))

const userOf = ({ address }: Reader): string => address.split('@')[0]!
const isKnown = ({ address }: Reader): boolean => address.startsWith('known')
const isIn =
  (domain: string) =>
  ({ address }: Reader): boolean =>
    address.endsWith(`@${domain}`)

/** Emails to all readers through one server, and on the next day once more to those whose report has only words. */
async function sendAndRead(
  kind: MtaKind,
  { db, ports, startWorker }: ReturnsBench,
  { each, part }: { each: number; part?: WrongPart },
): Promise<Seen> {
  const readers = await addReaders(
    db,
    NAMES.flatMap((group) => addressesOf(group, each)),
  )
  const users = readers.filter(isIn('reader.example')).filter(isKnown).map(userOf)
  const nextHop = await startNextHop()
  const listener = ports[kind.channel]
  const mta = await kind.start({ users, bounceDomain: BOUNCE_DOMAIN, listener, nextHop: nextHop.port })
  const forget = atEndOfRun(() => mta.stop())
  const arrived = (mta: Mta) =>
    users.reduce((sum, user) => sum + mta.mailsOf(user).length, 0) + nextHop.mails.length
  const cameBack = (count: number) => eventually(async () => (await db.report.count()) >= count)
  try {
    const known = readers.filter(isKnown).length
    const expected = readers.length - known
    const today = await startWorker({ part })
    await sendThrough(mta, readers)
    await cameBack(expected).catch(() => {})
    await untilRead(db)
    await today.end()
    const wrong = await wrongIn(db, readers, 0)

    const tomorrow = await startWorker({ part, now: NEXT_DAY })
    const doubted = await mailAgain(db, readers.filter(isIn('reader.example')).filter(isNotKnown), NEXT_DAY)
    await sendThrough(mta, doubted)
    await cameBack(expected + doubted.length).catch(() => {})
    await untilRead(db)
    await tomorrow.end()
    wrong.push(...(await wrongIn(db, readers, 1)))
    await eventually(() => arrived(mta) >= known).catch(() => {})
    return {
      ...{ name: kind.name, wrong, known, arrived: arrived(mta) },
      sent: readers.length + doubted.length,
      expected: expected + doubted.length,
      cameBack: await db.report.count(),
      byToken: await db.bounce.count({ where: { foundBy: 'token' } }),
      suppressed: await db.subscriber.count({ where: { state: 'suppressed' } }),
    }
  } finally {
    forget()
    await mta.stop()
    await nextHop.close()
  }
}

const isNotKnown = (reader: Reader): boolean => !isKnown(reader)

async function wrongIn(db: ReturnsBench['db'], readers: readonly Reader[], day: 0 | 1): Promise<string[]> {
  const states = await statesOf(db, readers)
  return readers.flatMap(({ address }) => {
    const must = GROUPS[address.replace(/\d+@/, '@') as Group][day]
    const is = states.get(address)
    return is === must ? [] : [`${address} is ${is} on day ${day + 1}`]
  })
}

const isRight = ({ sent, expected, cameBack, byToken, wrong, arrived, known }: Seen): boolean =>
  sent > 0 && cameBack === expected && byToken === expected && wrong.length === 0 && arrived === known

const inWords = (seen: Seen): string =>
  [
    `${seen.name}: sent ${seen.sent}, came back ${seen.cameBack} (${seen.expected}), found by token ${seen.byToken}`,
    `suppressed ${seen.suppressed}, wrong ${seen.wrong.length}${seen.wrong.length > 0 ? ` (${seen.wrong.slice(0, 3).join('; ')})` : ''}`,
    `known ${seen.arrived} of ${seen.known}`,
  ].join(', ')

/** Each server with a database of its own; a server that cannot be run here is reported and does not count. */
function throughAll(kinds: readonly MtaKind[], each: number, part?: WrongPart) {
  return withReturns(async ({ bench }) => {
    const outcomes = await Promise.all(
      kinds.map(async (kind) => {
        const whyNot = await kind.whyNot()
        if (whyNot) return `${kind.name} skipped: ${whyNot}`
        return sendAndRead(kind, await returnsOn(await bench.beside({ emails: 0 })), { each, part })
      }),
    )
    return {
      seen: outcomes.filter((one) => typeof one !== 'string'),
      skipped: outcomes.filter((one) => typeof one === 'string'),
    }
  })
}

export const fresh: BatteryCase = {
  name: 'bounces-real-servers',
  long: true,
  fault: 'Postfix, Exim and OpenSMTPD cannot deliver, and report it in their own ways',
  invariant:
    'every report comes back and is found by its token; exactly the readers without a mailbox are suppressed',
  run: async (profile) => {
    const { seen, skipped } = await throughAll(MTA_KINDS, OF_EACH[profile])
    if (seen.length === 0) return skipped.join('; ')
    return {
      ok: seen.every(isRight),
      n: `${seen.length} servers, ${OF_EACH[profile] * NAMES.length} emails each and some again`,
      result: [...seen.map(inWords), ...skipped].join('; '),
    }
  },
}

const ANY_5XX: WrongPart = {
  real: 'src/bounces/apply-bounce.ts',
  wrong: 'test/battery/bounces/wrong-parts/suppresses-any-5xx.ts',
}

/** Passes if a reader whose mailbox exists is seen suppressed. */
export const freshWrong: BatteryCase = {
  name: 'bounces-real-servers-wrong-suppresses-any-5xx',
  fault: 'a wrong variant: any report with a 5.x.x status suppresses',
  invariant: 'must be caught: a reader is suppressed whose server took the email for spam',
  run: async () => {
    const { seen, skipped } = await throughAll(MTA_KINDS.slice(0, 1), OF_EACH.ci, ANY_5XX)
    const [one] = seen
    if (!one) return skipped.join('; ')
    const caught = one.wrong.some((what) => /^spam\d+@\S+ is suppressed/.test(what))
    return {
      ok: caught,
      n: `${one.sent} emails`,
      result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inWords(one)}`,
    }
  },
}
