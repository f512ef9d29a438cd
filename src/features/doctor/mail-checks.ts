import type { Config } from '../../config/config.ts'
import { isLoopback, type SmtpConfig } from '../../config/mail-urls.ts'
import { cliCommand } from '../../core/cli-command.ts'
import type { Clock } from '../../core/clock.ts'
import { addDays, type Day, dayOf, midnight } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import { emailDomain, rampUpQuota } from '../../limits/send-rate.ts'
import { hasAcceptances } from '../../mail/outbox/acceptance.repo.ts'
import type { SmtpFault } from '../../mail/refusals/classify-reply.ts'
import { assertDkimSigns, loadDkimKey } from '../../mail/smtp/dkim.ts'
import { openSmtpSession } from '../../mail/smtp/smtp-session-client.ts'
import { probeSmtpTls, type SmtpTls } from '../../mail/smtp/smtp-tls-client.ts'
import { countQueued, deliverySummary } from '../../operator/delivery-switch.ts'
import { type CheckResult, ok, warning, wrong } from '../../operator/health/feature-check.ts'
import { number, quantity } from '../../operator/operations/text-table.ts'
import { countByState } from '../../subscribers/subscriber-lists.repo.ts'
import { checkCertificateExpiry, combineResults, skipped } from './check.ts'
import { fileMode } from './database-checks.ts'

/** Runs an SMTP session as sending does, up to MAIL FROM, and then resets it. */
export async function checkMailServer(
  { config, clock }: { config: Config; clock: Clock },
  timeoutMs: number,
): Promise<CheckResult> {
  const { SMTP_URL: smtp, MAIL_FROM } = config
  if (!smtp) return skipped('no SMTP_URL: nothing can be sent')
  const session = openSmtpSession(smtp, { connectMs: timeoutMs, silenceMs: 2 * timeoutMs })
  const fault = (await session.opened) ?? (await session.tryMailFrom(MAIL_FROM))
  session.close()
  const tls = fault ? undefined : await probeSmtpTls(smtp, timeoutMs)
  return checkSmtp(smtp, { fault, tls, now: clock.now() })
}

/** `fault`: the error that ended the session; undefined if the server accepts email from MAIL_FROM. */
export function checkSmtp(
  smtp: SmtpConfig,
  { fault, tls, now }: { fault?: SmtpFault; tls?: SmtpTls; now: Date },
): CheckResult {
  const place = `${smtp.host}:${smtp.port}`
  if (fault) {
    const fix = FIXES[fault.stage]?.(smtp, fault)
    return wrong(
      `${place}: ${fault.reply}`,
      fix ?? 'Ask the mail server’s administrator what this reply means.',
    )
  }
  const login = smtp.user ? 'login accepted' : 'no login'
  const found = `${place} accepts MAIL_FROM: ${tls ? tls.protocol : 'not encrypted'}, ${login}`
  return combineResults(found, [
    !isLoopback(smtp.host) && checkTls(smtp, tls),
    tls?.until
      ? checkCertificateExpiry(tls.until, now, 'Renew the certificate of the mail server.')
      : undefined,
  ])
}

function checkTls(smtp: SmtpConfig, tls: SmtpTls | undefined): CheckResult | undefined {
  if (!tls)
    return smtp.user
      ? wrong('the password is sent unencrypted', 'SMTP_URL: remove tls=off.')
      : warning('emails are sent unencrypted', 'SMTP_URL: remove tls=off or tls=any.')
  return tls.doubt
    ? warning(
        `certificate not verified (${tls.doubt})`,
        'SMTP_URL: use tls=verify and the host name of the certificate.',
      )
    : undefined
}

const FIXES: Partial<Record<SmtpFault['stage'], (smtp: SmtpConfig, fault: SmtpFault) => string>> = {
  connect: ({ implicitTls, port }) =>
    `Check the host and port in SMTP_URL (smtp:// with 587 or 25, smtps:// with 465; now ${implicitTls ? 'smtps' : 'smtp'} with ${port}), and whether a firewall blocks this machine.`,
  tls: ({ host }) =>
    `Set SMTP_URL to the host of the certificate, not ${host}. With your own authority, start with NODE_EXTRA_CA_CERTS=/path/ca.pem; tls=require encrypts without checking the certificate.`,
  login: ({ user }) =>
    user
      ? 'Set SMTP_USER and SMTP_PASSWORD (or SMTP_PASSWORD_FILE) unencoded; in SMTP_URL both must be percent-encoded.'
      : 'Set SMTP_USER and SMTP_PASSWORD.',
  mail: ({ user }, { status }) =>
    status === 530 && !user
      ? 'Set SMTP_USER and SMTP_PASSWORD.'
      : 'Allow MAIL_FROM as a sender on the mail server (verify the domain there), or set another MAIL_FROM.',
}

type DkimConfig = Pick<Config, 'DKIM_KEY_FILE' | 'DKIM_SELECTOR' | 'DKIM_DOMAIN' | 'MAIL_FROM'>

/** Signs a message that is not sent, and checks that the key's signatures verify. */
export async function checkDkim(config: DkimConfig): Promise<CheckResult> {
  const { DKIM_KEY_FILE: file } = config
  if (!file)
    return warning(
      'emails are not signed, unless the mail server signs them',
      'Set DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_FILE, or make sure that your mail server signs for the domain of MAIL_FROM.',
    )
  try {
    const key = loadDkimKey(config)!
    await assertDkimSigns(key)
    const bits = key.privateKey.asymmetricKeyDetails?.modulusLength ?? 0
    return checkDkimKey(config, { bits, mode: fileMode(file) ?? 0 })
  } catch (error) {
    return wrong(
      errorText(error),
      `openssl genrsa -out ${file} ${MIN_BITS}, then ${cliCommand('doctor --dns')}`,
    )
  }
}

const MIN_BITS = 2048
const FOR_OTHERS = 0o077

/** Checks a key that signs. `mode`: of its file, as stat returns it. */
export function checkDkimKey(
  config: DkimConfig,
  { bits, mode }: { bits: number; mode: number },
): CheckResult {
  const { DKIM_KEY_FILE: file, DKIM_SELECTOR: selector, DKIM_DOMAIN: domain = '' } = config
  const fromDomain = emailDomain(config.MAIL_FROM)
  const [from, signer] = [`.${fromDomain}`, `.${domain.toLowerCase()}`]
  const isAligned = from.endsWith(signer) || signer.endsWith(from)
  return combineResults(`signs and verifies as ${selector}._domainkey.${domain}, ${bits} bits`, [
    mode & FOR_OTHERS &&
      warning(`other users can read ${file} (mode ${(mode & 0o777).toString(8)})`, `chmod 600 ${file}`),
    bits < MIN_BITS &&
      warning(
        `a key of ${bits} bits is too short`,
        `openssl genrsa -out ${file} ${MIN_BITS}, under a new DKIM_SELECTOR`,
      ),
    !isAligned &&
      wrong(
        `the signature of ${domain} does not cover ${fromDomain}`,
        'Set DKIM_DOMAIN to the domain of MAIL_FROM.',
      ),
  ])
}

export type SendingState = Awaited<ReturnType<typeof readSendingState>>

/** Includes the number of active subscribers, and whether an email of this service was ever accepted. */
export async function readSendingState(deps: Deps) {
  const { db, config, clock } = deps
  const states = await countByState(db)
  return {
    queued: countQueued(await deliverySummary(deps)),
    rampUpSince: config.RAMP_UP_SINCE,
    active: states.find(({ state }) => state === 'active')?.count ?? 0,
    hasSent: await hasAcceptances(db),
    now: clock.now(),
  }
}

/** What is queued, and whether a new sending domain may send to all subscribers at once. */
export function checkSending(seen: SendingState): CheckResult {
  const { queued, rampUpSince } = seen
  const waits = queued > 0 ? `${quantity(queued, 'message')} queued` : 'nothing is queued'
  return combineResults(waits, [rampUpSince ? checkRampUp(seen, rampUpSince) : checkFirstSending(seen)])
}

function checkRampUp({ active, now }: SendingState, since: Day): CheckResult | undefined {
  const mailsOn = (at: Date) => rampUpQuota({ RAMP_UP_SINCE: since }, at)
  const mails = mailsOn(now)
  if (mails === undefined) return ok(`ramp-up since ${since} is over`)
  if (midnight(since) > now)
    return warning(
      `RAMP_UP_SINCE=${since} is in the future: until then ${number(mails)} digests a day (UTC)`,
      'Set the first day on which the domain sends, or RAMP_UP_SINCE= if it has sent as much before.',
    )
  const said = `ramp-up since ${since}: ${number(mails)} digests today (UTC)`
  if (mails >= active) return ok(`${said}, enough for all ${number(active)} active subscribers`)
  let enough = dayOf(now)
  while ((mailsOn(midnight(enough)) ?? active) < active) enough = addDays(enough, 1)
  return warning(
    `${said}, and ${number(active)} subscribers are active: digests above the limit wait up to 20 hours after their hour, then they are skipped and the next ones include their papers`,
    `Nothing to do: the limit is high enough from ${enough}. If the domain has sent as much before, set RAMP_UP_SINCE= to remove it.`,
  )
}

/** Mail servers distrust more than this from an unknown domain. */
const NEEDS_RAMP_UP_ABOVE = 1000

function checkFirstSending({ active, hasSent, now }: SendingState): CheckResult | undefined {
  if (hasSent || active <= NEEDS_RAMP_UP_ABOVE) return undefined
  return warning(
    `no email has been accepted from here yet, and ${number(active)} subscribers are active`,
    `If the domain of MAIL_FROM is new, set RAMP_UP_SINCE=${dayOf(now)}: ${number(NEEDS_RAMP_UP_ABOVE)} digests on the first day, doubling every day. If it has sent before, leave it unset.`,
  )
}
