import type { Verdict } from '../battery-case.ts'
import { type Doors, SUBSCRIBER, withDoors } from './world.ts'

const PER_ADDRESS_AND_DAY = 2
const HOUR_MS = 3600 * 1000

interface Attack {
  name: string
  tries: number
  /** Where the try comes from, and for whom. */
  from(i: number): string
  email(i: number): string
}

const ATTACKS: Attack[] = [
  {
    name: 'one address, one network',
    tries: 300,
    from: () => '203.0.113.7',
    email: () => 'victim1@reader.example',
  },
  {
    name: 'one address, many networks',
    tries: 300,
    from: (i) => `198.${18 + (i % 2)}.${i % 250}.9`,
    email: () => 'victim2@reader.example',
  },
  {
    name: 'spellings of one address',
    tries: 200,
    from: (i) => `100.64.${i}.9`,
    email: (i) => (i % 2 === 0 ? 'Victim3@Reader.Example' : ' victim3@reader.example '),
  },
  {
    name: 'somebody who subscribes',
    tries: 200,
    from: (i) => `100.65.${i}.9`,
    email: () => SUBSCRIBER,
  },
  {
    name: 'many addresses, one network',
    tries: 300,
    from: () => '192.0.2.1',
    email: (i) => `v${i}@many.example`,
  },
]

/** Doors that leave a mail for an address that somebody types. */
const FORMS = ['/subscribe', '/manage', '/api/subscriptions']

/** Sign-ups, links asked for and tries again, for a day: how many mails reach one address. */
export function bombingIsHeld(): Promise<Verdict> {
  return withDoors(async (doors) => {
    const { deps, mails, deliver, clock } = doors
    const before = mails.length
    let tries = 0
    for (const attack of ATTACKS) {
      for (let i = 0; i < attack.tries; i++) {
        await ask(doors, FORMS[i % FORMS.length]!, attack, i)
        tries++
      }
    }
    // Some hours later on the same day, once more.
    clock.moveTo(new Date(clock.now().getTime() + 11 * HOUR_MS))
    for (const attack of ATTACKS.slice(0, 4)) {
      for (let i = 0; i < 20; i++) await ask(doors, FORMS[i % FORMS.length]!, attack, i)
      tries += 20
    }
    await deliver()
    const counts = new Map<string, number>()
    for (const { to } of mails.slice(before)) {
      const key = to.toLowerCase()
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    const most = Math.max(...counts.values())
    const many = [...counts.keys()].filter((to) => to.endsWith('@many.example')).length
    const pending = await deps.db.subscriber.count({ where: { addressKey: { endsWith: '@many.example' } } })
    return {
      ok: most <= PER_ADDRESS_AND_DAY && counts.size > 3 && many < 100,
      n: `${tries} tries in 24 hours`,
      result: `at most ${most} mails to one address; one network reached ${many} of 300 addresses (${pending} rows)`,
    }
  })
}

async function ask({ app }: Doors, url: string, { from, email }: Attack, i: number): Promise<void> {
  const isJson = url.startsWith('/api/')
  const fields = { email: email(i), topic: `topic ${i}` }
  await app.inject({
    method: 'POST',
    url,
    remoteAddress: from(i),
    headers: { 'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded' },
    payload: isJson
      ? JSON.stringify(fields)
      : new URLSearchParams(url === '/manage' ? { email: email(i) } : fields).toString(),
  })
}
