import type { Config } from '../../config/config.ts'
import { errorText } from '../../core/errors.ts'
import { redact } from '../../core/log.ts'
import { type CheckResult, ok, wrong } from '../../operator/health/feature-check.ts'
import { withMailbox } from './mailbox-client.ts'
import { imapServerOf } from './settings.ts'

/** Logs in and opens the folder of BOUNCE_IMAP, and reads nothing. */
export async function checkMailbox(
  config: Config,
  { timeoutMs }: { timeoutMs: number },
): Promise<CheckResult[]> {
  const server = imapServerOf(config)
  if (!server) return []
  try {
    await withMailbox(server, { signal: AbortSignal.timeout(timeoutMs), work: async () => undefined })
    return [ok('the mailbox of BOUNCE_IMAP can be read')]
  } catch (error) {
    return [
      wrong(
        `the mailbox of BOUNCE_IMAP cannot be read: ${redact(errorText(error))}`,
        'Check BOUNCE_IMAP, BOUNCE_IMAP_USER and BOUNCE_IMAP_PASSWORD.',
      ),
    ]
  }
}
