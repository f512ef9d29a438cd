import { type Condition, findingSince, timeSeenFrom } from './condition.ts'

/** The incident's name while requests come with X-Forwarded-For from an address that TRUST_PROXY does not name. */
export const PROXY_INCIDENT = 'proxy-untrusted'

/** Anyone can send the header to a service without a proxy, so it neither alerts nor is on the public page. */
export const PROXY_CONDITION: Condition = {
  name: 'proxy-untrusted',
  state: 'warning',
  check: ({ incidents }) =>
    incidents
      .filter(({ name }) => name === PROXY_INCIDENT)
      .map(({ name, detail, since }) => findingSince(name, since, { detail })),
  sentence: ({ since, values: { detail } }, { now }) =>
    `Requests have come with X-Forwarded-For since ${timeSeenFrom(now, since)}, and ${detail}: all visitors share one rate limit.`,
  fix: () =>
    'Set TRUST_PROXY to the address of the proxy: loopback if it runs on this machine, uniquelocal in a private network. Without a proxy, there is nothing to do.',
  path: () => '#alerts',
  notice: () => null,
}
