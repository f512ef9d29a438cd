import { Fault } from '../../core/errors.ts'
import { requireReadable } from '../read-entries.ts'
import type { FetchDayInput, SourceResponse } from '../source.ts'
import type { SourceRecord } from '../source-record.ts'
import { parseApi } from './parse-api.ts'
import { type HarvestPage, parseOai } from './parse-oai.ts'
import { parseRss, type RssFeed } from './parse-rss.ts'
import { NotXmlError } from './read-xml.ts'

/** Throws source.refused, source.not-xml and source.unreadable. */
export function readFeed(input: FetchDayInput, { status, body }: SourceResponse): RssFeed {
  if (status !== 200 && status !== 400) throw refusedFault(input, status)
  const feed = xmlIn(input, { status, what: 'feed' }, () => parseRss(body))
  if (status !== 200 || feed.error) throw refusedFault(input, status, feed.error)
  requireReadable(input, feed)
  return feed
}

const IS_NO_FAULT = ['noRecordsMatch', 'badResumptionToken']

/**
 * Reads a page of the archive's list. Two errors are normal here: no records, and an expired token. Throws
 * source.refused, source.not-xml.
 */
export function readHarvestPage(input: FetchDayInput, { status, body }: SourceResponse): HarvestPage {
  if (status !== 200) throw refusedFault(input, status)
  const page = xmlIn(input, { status, what: 'list of records' }, () => parseOai(body))
  const { error } = page
  if (error && !IS_NO_FAULT.includes(error.code))
    throw refusedFault(input, status, `${error.code}: ${error.text}`)
  return page
}

/** Reads the API's details of the requested papers. Throws source.refused, source.not-xml. */
export function readDetails(input: FetchDayInput, { status, body }: SourceResponse): SourceRecord[] {
  if (status !== 200 && status !== 400) throw refusedFault(input, status)
  const { records, error } = xmlIn(input, { status, what: 'feed' }, () => parseApi(body))
  if (status !== 200 || error) throw refusedFault(input, status, error)
  return records
}

function xmlIn<T>(input: FetchDayInput, place: { status: number; what: string }, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof NotXmlError)) throw error
    const { source, day } = input
    throw new Fault('source.not-xml', { source, day, ...place, why: error.message })
  }
}

/** The fault for a response that we cannot use. Logs arXiv's reason as a warning. */
export function refusedFault(input: FetchDayInput, status: number, why?: string): Fault {
  if (why) input.warn(`arXiv says: ${why}`)
  const { source, day } = input
  return new Fault('source.refused', { source, day, status, ...(why && { why }) })
}
