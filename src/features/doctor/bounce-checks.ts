import { enabledChannels } from '../../bounces/enabled-channels.ts'
import { providerOf } from '../../bounces/providers/registry.ts'
import type { Config } from '../../config/config.ts'
import type { Feature } from '../../core/feature.ts'
import { emailDomain } from '../../limits/send-rate.ts'
import { type CheckResult, warning } from '../../operator/health/feature-check.ts'
import { combineResults, skipped } from './check.ts'

/** How bounces arrive. */
export function checkBounces(config: Config, features: readonly Feature[]): CheckResult {
  const { BOUNCE_DOMAIN: domain } = config
  const channels = enabledChannels({ config, features })
  if (channels.length === 0)
    return domain
      ? noEmailChannel(domain)
      : skipped('no BOUNCE_DOMAIN: bounces go to MAIL_FROM, and this service does not process them')
  const found = channels.map(({ channel, setting }) => `${channel} (${setting})`).join(', ')
  const receivesEmail = channels.some(({ channel }) => !providerOf(channel))
  const hasListener = channels.some(({ channel }) => channel === 'lmtp' || channel === 'smtp')
  return combineResults(`reports arrive through ${found}`, [
    domain === emailDomain(config.MAIL_FROM) && hasListener && sameDomain(domain),
    domain && !receivesEmail && noEmailChannel(domain),
  ])
}

const sameDomain = (domain: string): CheckResult =>
  warning(
    `BOUNCE_DOMAIN is ${domain}, the domain of MAIL_FROM: the listener rejects email to people there`,
    `BOUNCE_DOMAIN=bounce.${domain}`,
  )

const noEmailChannel = (domain: string): CheckResult =>
  warning(
    `BOUNCE_DOMAIN is ${domain}, and these settings enable no way to receive bounces; fine if another machine does`,
    'Set BOUNCE_LMTP=2424 and have your mail server deliver email for that domain to it; docs/bounces.md has other ways.',
  )
