import { freePort } from '../../../src/core/database/embedded-postgres.ts'
import { signLink } from '../../../src/subscribers/links.ts'
import { eventually } from '../../support/until.ts'
import type { Verdict } from '../battery-case.ts'
import { type Bench, withBench } from '../bench/delivery-bench.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'

const PEOPLE = 60
const SECRETS = [
  'the-secret-of-the-first-process-32-bytes',
  'the-secret-of-the-second-process-32-bytes',
] as const

interface Pressed {
  status: number
  isUnsubscribed: boolean
}

export interface UnknownLinksOutcome {
  pressed: Pressed[]
  /** Acknowledged and still subscribed. */
  broken: number
  /** Unsubscribed without an acknowledgement. */
  silent: number
  acknowledged: number
}

/**
 * Two processes of the site on one database, each with its own APP_SECRET. Every subscriber sends the one-click request of
 * an email to the first; the second process signed half of the links.
 */
export const pressUnknownLinks = (part?: WrongPart): Promise<UnknownLinksOutcome> =>
  withBench({ emails: PEOPLE, connections: 1 }, async (bench) => {
    const [site = ''] = await Promise.all(SECRETS.map((secret) => startSite(bench, secret, part)))
    const people = await bench.db.subscriber.findMany({ orderBy: { id: 'asc' } })
    const statuses = new Map<string, number>()
    for (const [n, { id, epoch }] of people.entries()) {
      const link = { purpose: 'unsubscribe', id, epoch, issuedAt: new Date() } as const
      const token = signLink(link, SECRETS[n % SECRETS.length]!)
      const { status } = await fetch(`${site}/unsubscribe/${token}`, { method: 'POST' })
      statuses.set(id, status)
    }
    const after = await bench.db.subscriber.findMany()
    return outcomeOf(
      after.map(({ id, state }) => ({
        status: statuses.get(id) ?? 0,
        isUnsubscribed: state === 'unsubscribed',
      })),
    )
  })

function outcomeOf(pressed: Pressed[]): UnknownLinksOutcome {
  const isAcknowledged = ({ status }: Pressed) => status === 200
  return {
    pressed,
    broken: pressed.filter((one) => isAcknowledged(one) && !one.isUnsubscribed).length,
    silent: pressed.filter((one) => !isAcknowledged(one) && one.isUnsubscribed).length,
    acknowledged: pressed.filter(isAcknowledged).length,
  }
}

async function startSite({ begin, settings }: Bench, secret: string, part?: WrongPart): Promise<string> {
  const port = await freePort()
  const site = `http://127.0.0.1:${port}`
  const own = { PORT: String(port), APP_SECRET: secret, LOG_LEVEL: 'fatal' }
  begin([...programWith(part, 'src/main.ts'), '--roles', 'web'], { ...settings, ...own })
  await eventually(async () => (await fetch(`${site}/ready`)).ok, { seconds: 120 })
  return site
}

/** Half of them must be acknowledged and unsubscribed; the others get 404 and stay subscribed. */
export function unknownLinksVerdict({ pressed, broken, silent, acknowledged }: UnknownLinksOutcome): Verdict {
  const others = new Set(pressed.map(({ status }) => status).filter((status) => status !== 200))
  return {
    ok: broken === 0 && silent === 0 && acknowledged === pressed.length / 2 && [...others].join() === '404',
    n: `${pressed.length} one-click requests, 2 processes`,
    result: `acknowledged ${acknowledged}, of these still subscribed ${broken}; unsubscribed without a reply ${silent}; other replies: ${[...others].join(', ') || 'none'}`,
  }
}
