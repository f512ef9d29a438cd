import type { Config } from '../../config/config.ts'
import type { SmtpConfig } from '../../config/mail-urls.ts'
import type { Clock } from '../../core/clock.ts'
import { errorText } from '../../core/errors.ts'
import { assertDkimSigns, loadDkimKey } from '../../mail/smtp/dkim.ts'
import { openSmtpSession } from '../../mail/smtp/smtp-session-client.ts'
import { type CheckResult, skipped } from './check.ts'
import { fileMode } from './host-facts.ts'
import { checkDkimKey, checkSmtp, missingDkimKey } from './mail-checks.ts'

/** Runs an SMTP session as sending does, up to MAIL FROM, and then resets it. */
export async function probeMailServer(
  { config, clock }: { config: Config; clock: Clock },
  { timeoutMs }: { timeoutMs: number },
): Promise<CheckResult> {
  const { SMTP_URL: smtp, MAIL_FROM } = config
  if (!smtp) return skipped('no SMTP_URL: nothing can be sent')
  const session = openSmtpSession(smtp, { connectMs: timeoutMs, silenceMs: 2 * timeoutMs })
  try {
    const fault = (await session.opened) ?? (await session.tryMailFrom(MAIL_FROM))
    return checkSmtp({ smtp: withoutLogin(smtp), fault, tls: session.tls(), now: clock.now() })
  } finally {
    session.close()
  }
}

const withoutLogin = (smtp: SmtpConfig): SmtpConfig => ({ ...smtp, password: undefined })

/** Signs a message that is not sent, and verifies the signature. */
export async function probeDkim(config: Config): Promise<CheckResult> {
  const {
    DKIM_KEY_FILE: file,
    DKIM_SELECTOR: selector = '',
    DKIM_DOMAIN: domain = '',
    MAIL_FROM: from,
  } = config
  if (!file) return missingDkimKey()
  const seen = { file, selector, domain, from, mode: fileMode(file) ?? 0 }
  try {
    const key = loadDkimKey(config)!
    await assertDkimSigns(key)
    return checkDkimKey({ ...seen, bits: key.privateKey.asymmetricKeyDetails?.modulusLength ?? 0 })
  } catch (error) {
    return checkDkimKey({ ...seen, bits: 0, fault: errorText(error) })
  }
}
