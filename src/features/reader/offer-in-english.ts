import { dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { takeOfferFromBudget, topicKey } from './grade.repo.ts'
import { storedOffer, storeOffer } from './offer.repo.ts'
import { promptForEnglish } from './prompt.ts'
import { readQuery } from './read-reply.ts'
import { openReaderClient } from './reader-client.ts'
import { ReaderFault } from './reader-fault.ts'
import { readerSettings } from './settings.ts'

/** A person waits. With the back-test, a page takes some three seconds. */
const MAX_WAIT_MS = 2500

/**
 * A query in English for a topic of another language, as the reader writes it. Null without a reader, if the day's budget
 * is spent, and if the reader does not reply in time or not with a query.
 */
export async function offerInEnglish(deps: Deps, topic: string): Promise<string | null> {
  const { db, config, clock, log } = deps
  const settings = readerSettings(config)
  if (!settings) return null
  const { model, perDay } = settings
  const key = { topic: topicKey(topic), model }
  const known = await storedOffer(db, key)
  if (known !== null) return known
  const at = clock.now()
  if (!(await takeOfferFromBudget(db, { day: dayOf(at), perDay }))) return null
  try {
    const client = openReaderClient(settings, { timeoutMs: MAX_WAIT_MS })
    const reply = await client.reply(promptForEnglish(topic), AbortSignal.timeout(MAX_WAIT_MS))
    const query = reply === null ? null : readQuery(reply)
    // Not stored: the next reply may be a query.
    if (query === null) log.warn('offer.failed', { code: 'reader.unusable' })
    else await storeOffer(db, { ...key, query, at })
    return query
  } catch (error) {
    if (!(error instanceof ReaderFault)) throw error
    log.warn('offer.failed', { code: error.code })
    return null
  }
}
