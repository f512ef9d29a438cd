import { inMailbox } from '../../bounces/mail/mailbox-client.ts'
import { waysIn } from '../../bounces/ways-in.ts'
import type { Config } from '../../config/config.ts'
import { textOf } from '../../core/errors.ts'
import { scrub } from '../../core/log.ts'
import { domainOf } from '../../mail/rate-limits/pace.ts'
import type { Verdict } from './check.ts'
import { seeListener } from './listener-client.ts'
import { judgeReturns, type SeenListener } from './returns-checks.ts'

/** As long as a token of ours, and none. */
const FORGED = `b+${'0'.repeat(44)}`

/** Asks whoever takes in what comes back whether it is there, and sends nothing. */
export async function askReturns(config: Config, { timeoutMs }: { timeoutMs: number }): Promise<Verdict> {
  const { BOUNCE_DOMAIN: domain } = config
  const asked = (['BOUNCE_LMTP', 'BOUNCE_SMTP'] as const).flatMap((setting) => {
    const address = config[setting]
    return address ? [{ setting, address }] : []
  })
  const listeners = await Promise.all(
    asked.map(async ({ setting, address }): Promise<SeenListener> => {
      const way = setting === 'BOUNCE_LMTP' ? 'lmtp' : 'smtp'
      const question = { address, way, recipient: `${FORGED}@${domain}`, timeoutMs } as const
      const seen = await seeListener(question).catch((error: Error) => error)
      return { setting, address, seen }
    }),
  )
  const mailboxFault = await faultOfMailbox(config, timeoutMs)
  const senderDomain = domainOf(config.MAIL_FROM)
  return judgeReturns({ domain, ways: waysIn(config), listeners, mailboxFault, senderDomain })
}

async function faultOfMailbox({ BOUNCE_IMAP: server }: Config, timeoutMs: number): Promise<string | null> {
  if (!server) return null
  const opened = inMailbox(server, { signal: AbortSignal.timeout(timeoutMs), work: async () => null })
  return opened.catch((error: Error) => scrub(textOf(error)))
}
