import type { InjectOptions } from 'fastify'
import { type Person, somebody } from './people.ts'
import type { Site } from './world.ts'

/** One way to cause emails to people who did not request them. */
export interface Attack {
  name: string
  /** The route, or its beginning. */
  url: string
  /** Prepares the attack, and returns the request of each try. */
  begin(site: Site): Promise<(i: number) => InjectOptions>
}

const post = (url: string, fields: Record<string, string> = {}): InjectOptions => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  payload: new URLSearchParams(fields).toString(),
})

/** The public forms that take an address, one after the other; `network` if it is always the same. */
export const typing = (name: string, emailOf: (i: number) => string, network?: string): Attack => ({
  name,
  url: '/subscribe',
  begin: async () => (i) => {
    const email = emailOf(i)
    const topic = `topic ${i}`
    const json = {
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify({ email, topic }),
    }
    const forms = [
      post('/subscribe', { email, topic }),
      post('/manage', { email }),
      { ...post('/api/subscriptions'), ...json },
    ]
    return { ...forms[i % forms.length], ...(network && { remoteAddress: network }) }
  },
})

/** Requests with a link of another person. */
const holding = (
  name: string,
  url: string,
  pressing: (person: Person, i: number) => InjectOptions,
  people = 1,
): Attack => ({
  name,
  url,
  begin: async ({ deps }) => {
    const all: Person[] = []
    for (let n = 0; n < people; n++) all.push(await somebody(deps, 'active'))
    return (i) => pressing(all[i % people]!, i)
  },
})

const typingForReader: Attack = {
  ...typing('a subscriber', () => ''),
  begin: async (site) => {
    const { email } = await somebody(site.deps, 'active')
    return typing('', () => email).begin(site)
  },
}

/** Of one network come sign-ups for as many addresses as there are tries. */
export const MANY = '@many.example'

export const ATTACKS: Attack[] = [
  typing('one address, one network', () => 'victim1@reader.example', '203.0.113.7'),
  typing('one address, many networks', () => 'victim2@reader.example'),
  typing('spellings of one address', (i) => (i % 2 ? 'Victim3@Reader.Example' : ' victim3@reader.example ')),
  typingForReader,
  typing('many addresses, one network', (i) => `v${i}${MANY}`, '192.0.2.1'),
  holding(
    'one new address, given by many',
    '/account/:token/address',
    ({ token }) => post(`/account/${token('account')}/address`, { email: 'victim4@reader.example' }),
    20,
  ),
  holding('many new addresses, given by one', '/account/:token/address', ({ token, email }, i) =>
    post(`/account/${token('account')}/address`, { email: `v${i}-of-${email}` }),
  ),
  holding('the link to an account', '/manage/:token/account', ({ token }) =>
    post(`/manage/${token('manage')}/account`),
  ),
  holding('the end and its undo', '/unsubscribe/:token', ({ token }, i) =>
    i % 2
      ? post(`/resubscribe/${token('resubscribe')}`)
      : post(`/unsubscribe/${token('unsubscribe')}`, { from: 'page' }),
  ),
]
