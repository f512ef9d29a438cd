import { PROVIDER_SETTINGS, PROVIDERS } from '../bounces/providers/registry.ts'
import { domainName, httpUrl, listenAddress } from './setting-schemas.ts'

export const bounceSettings = {
  BOUNCE_DOMAIN: domainName.optional(),
  BOUNCE_LMTP: listenAddress.optional(),
  BOUNCE_SMTP: listenAddress.optional(),
  ...PROVIDER_SETTINGS,
  /** Replaces scheme and host of the requests to providers, for tests. */
  PROVIDER_URL: httpUrl.optional(),
}

export const BOUNCE_SECRETS: string[] = PROVIDERS.map(({ setting }) => setting)
  .filter(({ isSecret }) => isSecret)
  .map(({ name }) => name)

export function faultsBetweenBounceSettings(values: Record<string, string | undefined>) {
  const listening = ['BOUNCE_LMTP', 'BOUNCE_SMTP'].filter((name) => values[name])
  return listening.length > 0 && !values.BOUNCE_DOMAIN
    ? [{ names: ['BOUNCE_DOMAIN', ...listening], what: 'also set BOUNCE_DOMAIN, whose email it receives' }]
    : []
}
