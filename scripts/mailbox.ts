// The demo's mail catcher and sample papers, for docker compose: mails on 1025, their page on 8025, papers on 8026.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../src/core/clock.ts'
import { addDays, dayOf } from '../src/core/dates.ts'
import { startMailbox } from './demo/mailbox.ts'
import { DAYS_TO_COME } from './demo/sample-papers.ts'
import { startSampleSource } from './demo/sample-source.ts'

const host = '0.0.0.0'
const folder = mkdtempSync(join(tmpdir(), 'mailbox-'))
const mailbox = await startMailbox(folder, { host, smtpPort: 1025, pagePort: 8025 })
const today = dayOf(systemClock().now())
const source = await startSampleSource(today, { host, port: 8026 })
source.showUpTo(addDays(today, DAYS_TO_COME))
process.stdout.write('Catching every mail; none is sent on.\n')

process.on('SIGTERM', async () => {
  await mailbox.stop()
  await source.stop()
  process.exit(0)
})
