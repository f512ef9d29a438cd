import { z } from 'zod'
import { addDays, type Day, dayOf } from '../../core/dates.ts'
import {
  abstractField,
  distinct,
  instantField,
  lenient,
  listField,
  readEntries,
  textField,
} from '../read-entries.ts'
import { identifierText, type ListingKind, type ParsedRecords, type SourceRecord } from '../source.ts'
import { isSameCategory } from './categories.ts'
import { arxivKeysOf, elementText, firstArxivId, isWithdrawn, NotXmlError, readXml } from './read-xml.ts'

/** The dates of a paper in the archive, to the day. */
export interface HarvestDates {
  /** When the current version was submitted: arXiv's oaipmh/serializers/create_records.py. */
  created?: Date
  /** When the record last changed; absent for many papers. */
  updated?: Date
}

export interface HarvestPage extends ParsedRecords {
  /** Keyed by "arxiv:2507.06457". */
  dates: ReadonlyMap<string, HarvestDates>
  token?: string
  /** "noRecordsMatch", …: https://www.openarchives.org/OAI/openarchivesprotocol.html#ErrorConditions */
  error?: { code: string; text: string }
}

const list = z.object({ record: z.array(z.unknown()).default([]), resumptionToken: lenient(z.string()) })

const answer = z.object({
  error: z.unknown().optional(),
  ListRecords: lenient(z.preprocess((value) => value || {}, list)),
})

// The token becomes part of the next URL.
const MAX_TOKEN_LENGTH = 2000

/** Parses a response to ListRecords with metadataPrefix=arXiv, without deleted records. Throws NotXmlError. */
export function parseOai(body: string): HarvestPage {
  const { data } = answer.safeParse(readXml(body, 'OAI-PMH'))
  const error = errorIn(data?.error)
  if (!data?.ListRecords && !error) throw new NotXmlError('it has neither records nor an error')
  const token = data?.ListRecords?.resumptionToken?.trim() || undefined
  if (token && token.length > MAX_TOKEN_LENGTH) throw new NotXmlError('its resumption token is too long')
  const entries = (data?.ListRecords?.record ?? []).filter((one) => !isDeleted(one))
  return {
    ...readEntries(entries, record.transform(toRecord)),
    dates: new Map(entries.flatMap(datesOf)),
    token,
    error,
  }
}

function errorIn(value: unknown): HarvestPage['error'] {
  const [first] = [value].flat()
  const { data } = z.object({ '@code': textField }).safeParse(first)
  return data?.['@code'] ? { code: data['@code'], text: elementText.parse(first) ?? '' } : undefined
}

const isDeleted = (one: unknown): boolean =>
  z.object({ header: z.object({ '@status': z.literal('deleted') }) }).safeParse(one).success

const author = z
  .object({ forenames: elementText, keyname: elementText, suffix: elementText })
  .transform(
    ({ forenames, keyname, suffix }) => [forenames, keyname, suffix].filter(Boolean).join(' ') || undefined,
  )

const record = z.object({
  header: z.object({ identifier: elementText }),
  metadata: z.object({
    arXiv: z.object({
      id: elementText,
      created: instantField,
      updated: instantField,
      authors: lenient(z.object({ author: listField(author) })),
      title: elementText,
      categories: textField,
      comments: elementText,
      doi: elementText,
      abstract: abstractField,
    }),
  }),
})

const idIn = ({ header, metadata }: z.output<typeof record>) =>
  firstArxivId(metadata.arXiv.id, header.identifier)

function datesOf(one: unknown): [string, HarvestDates][] {
  const { data } = record.safeParse(one)
  const arxiv = data && idIn(data)
  if (!arxiv) return []
  const { created, updated } = data.metadata.arXiv
  return [[identifierText({ scheme: 'arxiv', value: arxiv.id }), { created, updated }]]
}

function toRecord(one: z.output<typeof record>, context: z.RefinementCtx): SourceRecord {
  const paper = one.metadata.arXiv
  const arxiv = idIn(one)
  if (!arxiv) context.addIssue({ code: 'custom', message: 'no arXiv id' })
  return {
    keys: arxivKeysOf(arxiv?.id ?? '', paper.doi),
    title: paper.title ?? '',
    abstract: paper.abstract ?? '',
    authors: paper.authors?.author ?? [],
    categories: distinct(paper.categories?.split(' ')),
    keywords: [],
    withdrawnAt: isWithdrawn(paper.comments) ? (paper.updated ?? paper.created) : undefined,
    isRetracted: isWithdrawn(paper.comments) || undefined,
  }
}

const NEW_FOR_DAYS = 14

interface HarvestedPaper {
  record: SourceRecord
  dates?: HarvestDates
  day: Day
  section?: string
  /** Whether the source has not listed the paper on another day. */
  isUnseen: boolean
}

/**
 * The kind of a paper that the archive changed on a day. The archive does not say why it changed, and `created` belongs
 * to the current version: only the month in the id shows when a paper was first announced. Undefined if the paper is
 * known and has no newer version.
 */
export function harvestedKind(harvested: HarvestedPaper): ListingKind | undefined {
  const { record, day, section = '', isUnseen } = harvested
  const { created, updated } = harvested.dates ?? {}
  const isRecent = created !== undefined && dayOf(created) >= earliest(day)
  if (!isUnseen) return isRecent ? 'revised' : undefined
  const isNew = (isRecent || !updated) && isAnnouncedAround(record.keys[0]?.value ?? '', day)
  if (!isNew) return 'revised'
  return isSameCategory(record.categories[0] ?? '', section) ? 'new' : 'cross'
}

/** Corrects the kind once details are known: a newer version of a paper that was published weeks ago is not new. */
export function kindAfterDetails(
  { kind, version = 1, publishedAt }: SourceRecord,
  day: Day,
): ListingKind | undefined {
  const isOlder = version > 1 && publishedAt !== undefined && dayOf(publishedAt) < earliest(day)
  return isOlder ? 'revised' : kind
}

const earliest = (day: Day): Day => addDays(day, -NEW_FOR_DAYS)

function isAnnouncedAround(id: string, day: Day): boolean {
  const month = monthOf(id)
  return month >= earliest(day).slice(0, 7) && month <= day.slice(0, 7)
}

// "2507.06457" and "hep-th/9901001" contain the month of their announcement. The first ids are from 1991.
function monthOf(id: string): string {
  const [, year = '', month = ''] = /(?:^|\/)(\d\d)(\d\d)/.exec(id) ?? []
  return `${Number(year) >= 91 ? 19 : 20}${year}-${month}`
}
