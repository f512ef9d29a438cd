import type { Profile } from '../battery-case.ts'
import { type Attack, typing } from './attacks.ts'
import { delivery } from './bombing.ts'
import { somebody } from './people.ts'
import type { SiteCheck } from './site-check.ts'
import type { Site } from './world.ts'

/** One person, whose address is typed in ever new spellings, or always the same if they subscribe. */
interface Target {
  attack: Attack
  /** Every spelling of their address. */
  isTo: RegExp
  /** How many emails may come on each of DAYS. */
  allowed: readonly number[]
}

const DAYS = [0, 1, 2, 9, 15, 22, 40]
const BACKING_OFF = [2, 2, 0, 2, 0, 0, 1]
const TRIES: Record<Profile, number> = { ci: 6, nightly: 70 }
const DAY_MS = 86_400_000

/** "v.ictim", "vi.ctim", "v.i.ctim", …: another one for each number. */
const dotted = (name: string, n: number): string =>
  [...name].map((letter, i) => (i > 0 && (n >> (i - 1)) & 1 ? `.${letter}` : letter)).join('')

async function targetsOf({ deps }: Site): Promise<Target[]> {
  const { email } = await somebody(deps, 'active')
  const [name, domain] = email.split('@')
  const gmail = (i: number) => (i % 2 ? 'gmail.com' : 'googlemail.com')
  const backingOff = (title: string, emailOf: (i: number) => string, isTo: RegExp): Target => ({
    attack: typing(title, emailOf),
    isTo,
    allowed: BACKING_OFF,
  })
  return [
    backingOff('plus tags', (i) => `victim+${i}@reader.example`, /^victim\+\d+@reader\.example$/),
    backingOff('dots at Gmail', (i) => `${dotted('manydots', i)}@gmail.com`, /^[manydots.]+@gmail\.com$/),
    backingOff(
      'two domains, dots and tags',
      (i) => `${dotted('bothways', i)}+${i}@${gmail(i)}`,
      /^[bothways.]+\+\d+@(gmail|googlemail)\.com$/,
    ),
    backingOff(
      'plus tags of a subscriber',
      (i) => `${name}+${i}@${domain}`,
      new RegExp(`^${name}\\+\\d+@${domain}$`),
    ),
    {
      attack: typing('a subscriber', () => email),
      isTo: new RegExp(`^${name}@${domain}$`),
      allowed: DAYS.map(() => 2),
    },
  ]
}

/** The forms, on several days, with ever new spellings of one address from ever other networks: how many emails come. */
export const spellingsAreHeld: SiteCheck = async (site, profile) => {
  const { clock, ask, sink } = site
  const deliver = await delivery(site)
  const targets = await targetsOf(site)
  const begun: (Target & { request: Awaited<ReturnType<Attack['begin']>> })[] = []
  for (const target of targets) begun.push({ ...target, request: await target.attack.begin(site) })
  const first = clock.now().getTime()
  const counts = targets.map((): number[] => [])
  let tries = 0
  for (const [n, day] of DAYS.entries()) {
    const before = sink.mails.length
    // An hour more than a day each time: a request at the end of a day counts for 24 hours.
    clock.moveTo(new Date(first + day * (DAY_MS + 3_600_000)))
    for (let i = 0; i < TRIES[profile]; i++) {
      for (const { request } of begun) await ask(request(n * TRIES[profile] + i))
      tries += begun.length
      clock.moveTo(new Date(clock.now().getTime() + 1000))
    }
    await deliver()
    const to = sink.mails.slice(before).map((mail) => mail.to.toLowerCase())
    for (const [t, { isTo }] of targets.entries())
      counts[t]!.push(to.filter((address) => isTo.test(address)).length)
  }
  return {
    n: `${tries} tries on ${DAYS.length} days, ${targets.length} ways`,
    faults: targets.flatMap(({ attack, allowed }, t) =>
      DAYS.flatMap((day, n) =>
        counts[t]![n] === allowed[n]
          ? []
          : [`${attack.name}: day ${day}: ${counts[t]![n]} emails, not ${allowed[n]}`],
      ),
    ),
    shut: targets.map(({ attack }, t) => `${attack.name} ${counts[t]!.join(' ')}`).join('; '),
    enough: sink.mails.length > 0,
  }
}
