import { z } from 'zod'
import { PROVIDER_SETTINGS, PROVIDERS } from '../bounces/providers/registry.ts'
import { imapUrl } from './mail-urls.ts'
import { domainName, httpUrl, listenAddress } from './setting-schemas.ts'

export const bounceSettings = {
  BOUNCE_DOMAIN: domainName.optional(),
  BOUNCE_LMTP: listenAddress.optional(),
  BOUNCE_SMTP: listenAddress.optional(),
  BOUNCE_IMAP: imapUrl.optional(),
  BOUNCE_IMAP_USER: z.string().optional(),
  BOUNCE_IMAP_PASSWORD: z.string().optional(),
  ...PROVIDER_SETTINGS,
  /** Replaces scheme and host of the requests to providers, for tests. */
  PROVIDER_URL: httpUrl.optional(),
}

export const BOUNCE_SECRETS: string[] = [
  'BOUNCE_IMAP',
  'BOUNCE_IMAP_USER',
  'BOUNCE_IMAP_PASSWORD',
  ...PROVIDERS.map(({ setting }) => setting)
    .filter(({ isSecret }) => isSecret)
    .map(({ name }) => name),
]

export function faultsBetweenBounceSettings(values: Record<string, string | undefined>) {
  const listening = ['BOUNCE_LMTP', 'BOUNCE_SMTP'].filter((name) => values[name])
  const login = ['BOUNCE_IMAP_USER', 'BOUNCE_IMAP_PASSWORD']
  const isLoginMissing =
    values.BOUNCE_IMAP && !values.BOUNCE_IMAP.includes('@') && !login.every((name) => values[name])
  return [
    ...(listening.length > 0 && !values.BOUNCE_DOMAIN
      ? [{ names: ['BOUNCE_DOMAIN', ...listening], what: 'also set BOUNCE_DOMAIN, whose email it receives' }]
      : []),
    ...(isLoginMissing ? [{ names: login, what: 'set both, for the mailbox of BOUNCE_IMAP' }] : []),
  ]
}
