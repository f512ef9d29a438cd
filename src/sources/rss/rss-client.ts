import { Fault } from '../../core/errors.ts'
import { requireReadable } from '../read-entries.ts'
import type { FetchDayInput, FetchedDay, FetchPolicy, SourceResponse } from '../source.ts'
import { feedAddressOf } from './feed-address.ts'
import { toRecords } from './item-record.ts'
import { BrokenFeedError, NotAFeedError, parseFeed } from './parse-feed.ts'
import { isPublicHttps } from './public-address-client.ts'

const ACCEPT =
  'application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, */*;q=0.8'

/**
 * Fetches the items that a feed has today. The ingest leaves out those that it had before. Throws source.*; a feed
 * that is gone, too large or no feed at all stops its source.
 */
export async function fetchDay(input: FetchDayInput): Promise<FetchedDay> {
  const { source, day, section = '', request } = input
  const address = feedAddressOf(section)
  try {
    return await request({ url: address, accept: ACCEPT }, (response) => read(input, address, response))
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'source.too-large') throw error
    throw new Fault('source.large-feed', { source, day, most: fetchPolicy.maxBytes / 1_000_000 })
  }
}

const GONE = [404, 410]

function read(input: FetchDayInput, address: string, response: SourceResponse): FetchedDay {
  const { source, day } = input
  const { status, headers, body, movedTo } = response
  if (GONE.includes(status)) throw new Fault('source.gone', { source, day, status })
  if (status !== 200) throw new Fault('source.refused', { source, day, status })
  try {
    const parsed = toRecords(parseFeed(body), address)
    requireReadable(input, parsed)
    return { ...parsed, ...(movedTo && { reason: 'moved' as const, movedTo }) }
  } catch (error) {
    const place = { source, day, status }
    if (error instanceof BrokenFeedError)
      throw new Fault('source.broken-feed', { ...place, what: error.message })
    if (!(error instanceof NotAFeedError)) throw error
    throw new Fault('source.not-a-feed', { ...place, what: headers.get('content-type') ?? 'no type' })
  }
}

/** A feed of a large publisher has up to 2 MB; one of a whole archive has more. */
export const fetchPolicy = {
  service: 'rss',
  gapMs: 1000,
  timeoutMs: 30_000,
  maxBytes: 8_000_000,
  defaultPauseSeconds: 600,
  maxPauseMs: 60_000,
  followsTo: isPublicHttps,
} satisfies FetchPolicy
