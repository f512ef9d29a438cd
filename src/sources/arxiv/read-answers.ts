import { Fault } from '../../platform/errors.ts'
import type { Answer, FetchDay } from '../source.ts'
import type { ParsedRecords, SourceRecord } from '../source-record.ts'
import { parseApi } from './parse-api.ts'
import { type HarvestPage, parseOai } from './parse-oai.ts'
import { type Feed, parseRss } from './parse-rss.ts'
import { NotXml } from './xml.ts'

type Place = Pick<FetchDay, 'day' | 'section' | 'warn'>

const placeOf = ({ day, section }: Place) => ({ source: `arxiv:${section}`, day })

/** Throws source.refused, source.not-xml and source.unreadable. */
export function readFeed(input: Place, { status, body }: Answer): Feed {
  if (status !== 200 && status !== 400) throw refuse(input, status)
  const feed = xmlIn(input, { status, what: 'feed' }, () => parseRss(body))
  if (status !== 200 || feed.error) throw refuse(input, status, feed.error)
  checkReadable(input, feed)
  return feed
}

const IS_NO_FAULT = ['noRecordsMatch', 'badResumptionToken']

/** A page of the archive's list, which may name an error that is none here. Throws source.refused, source.not-xml. */
export function readPage(input: Place, { status, body }: Answer): HarvestPage {
  if (status !== 200) throw refuse(input, status)
  const page = xmlIn(input, { status, what: 'list of records' }, () => parseOai(body))
  const { error } = page
  if (error && !IS_NO_FAULT.includes(error.code)) throw refuse(input, status, `${error.code}: ${error.text}`)
  return page
}

/** What the API says of papers that we asked for. Throws source.refused, source.not-xml. */
export function readDetails(input: Place, { status, body }: Answer): SourceRecord[] {
  if (status !== 200 && status !== 400) throw refuse(input, status)
  const { records, error } = xmlIn(input, { status, what: 'feed' }, () => parseApi(body))
  if (status !== 200 || error) throw refuse(input, status, error)
  return records
}

/** Throws source.unreadable where no entry could be read. */
export function checkReadable(input: Place, { records, refused }: ParsedRecords): void {
  const [first] = refused
  if (first && records.length === 0)
    throw new Fault('source.unreadable', { ...placeOf(input), count: refused.length, why: first.why })
}

function xmlIn<T>(input: Place, place: { status: number; what: string }, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof NotXml)) throw error
    throw new Fault('source.not-xml', { ...placeOf(input), ...place, why: error.message })
  }
}

/** The fault of an answer that we cannot use; what arXiv says of it is told. */
export function refuse(input: Place, status: number, why?: string): Fault {
  if (why) input.warn(`arXiv says: ${why}`)
  return new Fault('source.refused', { ...placeOf(input), status, ...(why && { why }) })
}
