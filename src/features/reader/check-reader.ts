import type { Config } from '../../config/config.ts'
import { errorText } from '../../core/errors.ts'
import { redact } from '../../core/log.ts'
import { type CheckResult, ok, wrong } from '../../operator/health/feature-check.ts'
import { promptOf } from './prompt.ts'
import { readReply } from './read-reply.ts'
import { openReaderClient } from './reader-client.ts'
import { hostOf, readerSettings } from './settings.ts'

const QUESTION = {
  topic: 'linear attention',
  paper: '1',
  title: 'Gated linear attention with efficient training',
  abstract: 'We train a transformer with linear attention, whose memory is gated, on long texts.',
}

/** Asks the reader about a paper of no one. */
export async function checkReader(
  config: Config,
  { timeoutMs }: { timeoutMs: number },
): Promise<CheckResult[]> {
  const settings = readerSettings(config)
  if (!settings) return []
  const { model } = settings
  const found = (what: string) =>
    wrong(
      `the model of READER_URL cannot grade papers: ${what}`,
      'Check READER_URL, READER_MODEL and READER_KEY (docs/reader.md). Digests are sent without its grades.',
    )
  try {
    const client = openReaderClient(settings, { timeoutMs })
    const reply = await client.reply(promptOf(QUESTION), AbortSignal.timeout(timeoutMs))
    const grade = reply === null ? null : readReply(reply, QUESTION.paper)
    if (!grade) return [found('its reply is not a grade')]
    return [ok(`${model} at ${hostOf(settings)} grades papers near the border of topics`)]
  } catch (error) {
    return [found(redact(errorText(error)))]
  }
}
