import type { z } from 'zod'
import { type BounceEvent, NOT_A_REPORT } from '../reading/parsed-bounce.ts'
import { brevo } from './brevo.ts'
import { mailgun } from './mailgun.ts'
import { postmark } from './postmark.ts'
import type { Provider } from './provider.ts'
import { toBounceEvent } from './provider-event.ts'
import { sendgrid } from './sendgrid.ts'
import { ses } from './ses.ts'

export const PROVIDERS = [ses, sendgrid, mailgun, postmark, brevo] as const satisfies readonly Provider[]

type OneProvider = (typeof PROVIDERS)[number]
export type ProviderName = OneProvider['name']
export type ProviderSetting = OneProvider['setting']['name']

/** What the setting of each provider takes. */
export const PROVIDER_SETTINGS = Object.fromEntries(
  PROVIDERS.map(({ setting }) => [setting.name, setting.takes.optional()]),
) as Record<ProviderSetting, z.ZodOptional<z.ZodString>>

/** The provider whose reports have this channel; undefined for a channel of emails. */
export const providerOf = (channel: string): Provider | undefined =>
  PROVIDERS.find(({ name }) => name === channel)

/**
 * Reads the body of a webhook: one bounce event per recipient of each reported event, or a single not-a-report event
 * if it reports nothing. Throws report.unreadable.
 */
export function readWebhookBody(provider: Provider, raw: Uint8Array): BounceEvent[] {
  const events = provider.read(raw).map(toBounceEvent)
  const reports = events.filter(({ class: kind }) => kind !== 'not-a-report')
  return reports.length > 0 ? reports : [NOT_A_REPORT]
}
