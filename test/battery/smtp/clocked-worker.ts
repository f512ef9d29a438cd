// A worker whose clock its parent moves: fork it, send { now, smtp? }, and it sends back the report of that run.
import { readConfig, readEnvironment } from '../../../src/config/config.ts'
import { smtpUrl } from '../../../src/config/mail-urls.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { type Log, type LogEvent, type LogFields, silentLog } from '../../../src/core/log.ts'
import type { Compose } from '../../../src/mail/message.ts'
import { drain } from '../../../src/mail/sending/drain.ts'
import type { RunResult } from '../../../src/mail/sending/run.ts'
import { plainMail } from '../bench/plain-mail.ts'

export interface Order {
  now: string
  /** Another mail server than the one of the settings. */
  smtp?: string
}

export interface Report extends RunResult {
  /** The maximum time for one email. */
  maxMs: number
  /** The peak memory of this process. */
  peakMb: number
}

let maxMs = 0
const note = (event: LogEvent, { ms, what }: LogFields = {}) => {
  if (typeof ms === 'number') maxMs = Math.max(maxMs, ms)
  if (event === 'database.error') console.error(event, what)
}
const log: Log = { ...silentLog, info: note, warn: note, error: note }
const clock = stoppedClock(new Date(0))
const { deps, close } = await buildDeps(readConfig(readEnvironment({ dotEnv: false })), { clock, log })
const peakMb = () => Math.round(process.resourceUsage().maxRSS / 1024)

/** rcpt-550.7@y.example gets email from rcpt-550@site.example. */
const compose: Compose = async (message) => ({
  ...(await plainMail(message)),
  from: `${message.toAddress.split('.')[0]}@site.example`,
})

let runs = 0
process.on('message', async ({ now, smtp }: Order) => {
  clock.moveTo(new Date(now))
  maxMs = 0
  const config = smtp ? { ...deps.config, SMTP_URL: smtpUrl.parse(smtp) } : deps.config
  const owner = `worker-${process.pid}-${++runs}`
  const result = await drain({ ...deps, config }, { lane: 'bulk', owner, compose })
  process.send?.({ ...result, maxMs, peakMb: peakMb() } satisfies Report)
})
process.on('disconnect', async () => {
  await close()
  process.exit(0)
})
process.send?.({ peakMb: peakMb() })
