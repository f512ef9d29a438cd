import type { Config } from '../../config/config.ts'
import type { SmtpConfig } from '../../config/smtp-url.ts'
import type { Clock } from '../../core/clock.ts'
import { textOf } from '../../core/errors.ts'
import { assertDkimSigns, loadDkimKey } from '../../mail/smtp/dkim.ts'
import { openSession } from '../../mail/smtp/smtp-session-client.ts'
import { skipped, type Verdict } from './check.ts'
import { modeOf } from './host-facts.ts'
import { judgeKey, judgeSmtp, noKey } from './mail-checks.ts'

/** Talks to the mail server as delivery does, up to the sender of a mail that is then taken back. */
export async function askMailServer(
  { config, clock }: { config: Config; clock: Clock },
  { timeoutMs }: { timeoutMs: number },
): Promise<Verdict> {
  const { SMTP_URL: smtp, MAIL_FROM } = config
  if (!smtp) return skipped('no SMTP_URL: nothing can be sent')
  const session = openSession(smtp, { connectMs: timeoutMs, silenceMs: 2 * timeoutMs })
  try {
    const fault = (await session.opened) ?? (await session.wouldTakeFrom(MAIL_FROM))
    return judgeSmtp({ smtp: withoutLogin(smtp), fault, tls: session.tls(), now: clock.now() })
  } finally {
    session.close()
  }
}

const withoutLogin = (smtp: SmtpConfig): SmtpConfig => ({ ...smtp, password: undefined })

/** Signs a message that goes nowhere, and verifies it. */
export async function askDkim(config: Config): Promise<Verdict> {
  const {
    DKIM_KEY_FILE: file,
    DKIM_SELECTOR: selector = '',
    DKIM_DOMAIN: domain = '',
    MAIL_FROM: from,
  } = config
  if (!file) return noKey()
  const seen = { file, selector, domain, from, mode: modeOf(file) ?? 0 }
  try {
    const key = loadDkimKey(config)!
    await assertDkimSigns(key)
    return judgeKey({ ...seen, bits: key.privateKey.asymmetricKeyDetails?.modulusLength ?? 0 })
  } catch (error) {
    return judgeKey({ ...seen, bits: 0, fault: textOf(error) })
  }
}
