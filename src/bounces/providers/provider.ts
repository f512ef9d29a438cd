import type { IncomingHttpHeaders } from 'node:http'
import type { z } from 'zod'
import type { Clock } from '../../core/clock.ts'
import type { Database } from '../../core/database/database.ts'
import { HOUR_MS } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { ProviderClient } from './provider-client.ts'
import type { ProviderEvent } from './provider-event.ts'

/** A mail service that reports bounces by webhook: a file in this folder, and a line in `registry.ts`. */
export interface Provider {
  /** POST /webhooks/NAME, and the channel of its reports. */
  name: string
  /** With its value the provider proves its identity. If it is not set, the webhook does not exist. */
  setting: {
    name: string
    /** Its message says what the setting takes. */
    takes: z.ZodType<string>
    /** A secret may also be in a file: NAME_FILE. */
    isSecret: boolean
  }
  /** Matches a Message-ID by which the provider replaces the email's own. It identifies no email. */
  messageId: RegExp
  /** The status while we cannot store a report, if the provider does not retry after a 5xx. */
  unavailableStatus?: number
  /** `key`: the value of the setting. False if the request is genuine and no report. Throws webhook.*, report.unreadable. */
  prove(deps: ProofDeps, request: WebhookRequest, key: string): Promise<boolean> | boolean
  /** The events in a body. Throws report.unreadable. */
  read(raw: Uint8Array): ProviderEvent[]
}

export interface ProofDeps {
  db: Database
  clock: Clock
  log: Log
  client: ProviderClient
}

export interface WebhookRequest {
  headers: IncomingHttpHeaders
  /** The body, byte for byte. */
  raw: Uint8Array
}

export function requireSigned(isSigned: boolean, names: { provider: string; setting: string }): void {
  if (!isSigned) throw new Fault('webhook.unsigned', names)
}

const CLOCKS_DIFFER_MS = 300_000

/** `hours`: a little longer than the provider keeps retrying. `at`: Unix time in milliseconds. */
export function requireRecent(
  provider: string,
  at: number,
  { now, hours }: { now: Date; hours: number },
): void {
  const age = now.getTime() - at
  // A timestamp that is not a number fails this condition too.
  if (!(age <= hours * HOUR_MS && age >= -CLOCKS_DIFFER_MS))
    throw new Fault('webhook.too-old', { provider, hours })
}

/** "user:password"; "" if the header is missing. */
export function basicLogin({ authorization = '' }: IncomingHttpHeaders): string {
  const encoded = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization)?.[1] ?? ''
  return Buffer.from(encoded, 'base64').toString()
}
