import { openComposer } from '../../../src/emails/compose-message.ts'
import { deliverReady } from '../../../src/emails/deliver.ts'
import type { Profile } from '../battery-case.ts'
import { ATTACKS, type Attack, MANY } from './attacks.ts'
import type { SiteCheck } from './site-check.ts'
import type { Site } from './world.ts'

const PER_ADDRESS_AND_DAY = 2
/** Of all addresses that one network gives: twenty at once, and what trickles in on a slow machine. */
const PER_NETWORK = 25
/** What one subscriber may give as new addresses in a day. */
const PER_SUBSCRIBER = 2
const TRIES: Record<Profile, number> = { ci: 80, nightly: 600 }
const LATER_TRIES = 20
/** Emails are sent all the time, so some of them are gone before the next try. */
const TRIES_PER_DELIVERY = 10
const HOUR_MS = 3600 * 1000

/** Every route that causes an email, for a day, with addresses of other people: counts the emails. */
export const bombingIsHeld: SiteCheck = async (site, profile) => {
  const { only = '/' } = site.wrong
  const attacks = ATTACKS.filter(({ url }) => url.startsWith(only))
  const begun = []
  for (const attack of attacks) begun.push({ ...attack, request: await attack.begin(site) })
  const deliver = await delivery(site)
  const idle: string[] = []
  for (const { name, request } of begun) {
    const before = site.sink.mails.length
    await repeat(site, request, TRIES[profile], deliver)
    if (site.sink.mails.length === before) idle.push(`${name}: no mail at all, so it tells nothing`)
  }
  // Some hours later on the same day, once more; one network gets more by then.
  site.clock.moveTo(new Date(site.clock.now().getTime() + 10 * HOUR_MS))
  for (const { request } of begun) await repeat(site, request, LATER_TRIES, deliver)
  await deliver()
  const to = site.sink.mails.map((mail) => mail.to.toLowerCase())
  const counts = new Map(
    [...Map.groupBy(to, (address) => address)].map(([address, all]) => [address, all.length]),
  )
  const reached = (part: string) => [...counts.keys()].filter((address) => address.includes(part)).length
  return {
    n: `${attacks.length * (TRIES[profile] + LATER_TRIES)} tries in a day, ${attacks.length} ways`,
    faults: [
      ...idle,
      ...[...counts].flatMap(([address, count]) =>
        count > PER_ADDRESS_AND_DAY ? [`${address}: ${count} emails`] : [],
      ),
      ...(reached(MANY) > PER_NETWORK ? [`one network: emails to ${reached(MANY)} addresses`] : []),
      ...(reached('-of-') > PER_SUBSCRIBER
        ? [`one subscriber: emails to ${reached('-of-')} new addresses`]
        : []),
    ],
    shut: `at most ${Math.max(...counts.values())} emails to one address; one network reached ${reached(MANY)}`,
    enough: counts.size > 20,
  }
}

async function repeat(
  { ask, clock }: Site,
  request: Awaited<ReturnType<Attack['begin']>>,
  times: number,
  deliver: () => Promise<void>,
): Promise<void> {
  for (let i = 0; i < times; i++) {
    clock.moveTo(new Date(clock.now().getTime() + 1000))
    await ask(request(i))
    if (i % TRIES_PER_DELIVERY === 0) await deliver()
  }
}

/** Hands over every answer that is ready. */
export async function delivery({ deps }: Site): Promise<() => Promise<void>> {
  const compose = await openComposer(deps)
  return async () => void (await deliverReady({ ...deps, compose }, { lane: 'transactional' }))
}
