import { z } from 'zod'
import type { Day } from '../core/dates.ts'

// A source. Each has its own folder (client, parser, calendar, fetch policy) and a line in registry.ts.

export interface Source {
  /** As in SOURCES, without the section: "arxiv". */
  name: string
  /** The usual spelling: "arXiv". */
  title: string
  /**
   * Sections that can be fetched by themselves, such as "cs.CL" in arxiv:cs.CL. Absent if the source has no sections.
   */
  sections?: Sections
  /** The setting with a key of the service, if it takes one. The key is sent in a header, and nowhere else. */
  keySetting?: 'OPENALEX_KEY'
  /** Base addresses, by the name of the setting that overrides them: { HF_URL: "https://huggingface.co" }. */
  baseUrls: Readonly<Record<string, string>>
  calendar: SourceCalendar
  /**
   * It has no lists by day, such as a feed of its newest papers: only today is fetched, and may return any paper. A
   * paper belongs to the day on which the source first has it; see papers/first-seen.ts. No day is expected to have
   * papers.
   */
  isRolling?: true
  fetchPolicy: FetchPolicy
  /** Fetches everything that the source lists on a day. Throws source.*; then nothing of the day is recorded. */
  fetchDay(input: FetchDayInput): Promise<FetchedDay>
  /** A URL that responds quickly if the source is healthy. */
  probe(urls: Readonly<Record<string, string>>, day: Day, section?: string): string
}

interface Sections {
  /** Whether the source can be fetched only by section. */
  required: boolean
  /** An existing section, for messages. */
  example: string
  /** The canonical spelling of a section, in any case or spelling; undefined for an unknown section. */
  parse(text: string): string | undefined
  /**
   * What a section is if it is not one of a list, for messages: "an address that begins with https://". Such a section
   * may contain commas, and end with a label for people, "#Nature".
   */
  freeText?: string
  /** How people call the source with this section; by default its title and the section. */
  titleOf?(section: string): string
  /** A section without what may be secret, for everyone; by default as it is. */
  publicForm?(section: string): string
  /** The service of a section, if not all sections have the same; see FetchPolicy. */
  serviceOf?(section: string): string
}

/** Why no papers are expected on a day. */
type DayOffReason = 'weekend' | 'holiday'

/** When a source lists a day (UTC). */
export interface SourceCalendar {
  dayOffReason(day: Day): DayOffReason | undefined
  /** When the first fetch is due. */
  opensAt(day: Day): Date
  /** From then on, a day with expected but missing papers is stalled. */
  stallsAt(day: Day): Date
  /** From then on, no more papers are expected: the next successful fetch closes the day. */
  closesAt(day: Day): Date
  /** The pause between fetches of an open day. */
  refetchAfterMs(fetched: { day: Day; now: Date; papers: number }): number
  /** The pause between fetches of a closed day, until its votes settle; null: no further fetch. */
  refreshVotesAfterMs(fetched: { day: Day; now: Date }): number | null
}

export interface FetchPolicy {
  /** Sources with the same service share one throttle. */
  service: string
  /** The pause between a response and the next request, over all processes and machines; 0: no throttle. */
  gapMs: number
  /** For one response, from the request to the last byte. */
  timeoutMs: number
  maxBytes: number
  /** The pause after a 429 without a Retry-After. */
  defaultPauseSeconds: number
  /** A fetch does not wait for a longer pause than this. */
  maxPauseMs: number
  /** Whether a redirect to another host is followed; absent: to none. */
  followsTo?(target: URL): Promise<boolean>
  /** Whether a 429 with these headers says that the requests of the day are used up. */
  isBudgetSpent?(headers: Headers): boolean
}

export interface SourceRequest {
  url: string
  accept: string
}

export interface SourceResponse {
  status: number
  headers: Headers
  /** Decoded by its declared charset, else as UTF-8. */
  body: string
  /** The address that responded, if the one asked for has moved there for good. */
  movedTo?: string
}

/**
 * Sends a request politely: waits for the host throttle, retries if that may help, and passes the response to `read`.
 * If `read` throws a source.* fault, the response counts as failed. 429 and 5xx never reach `read`.
 */
export type SendRequest = <T>(request: SourceRequest, read: (response: SourceResponse) => T) => Promise<T>

/** Returns the papers, as "arxiv:2507.06457", that meet a condition. */
type FilterPapers = (papers: readonly Identifier[]) => Promise<ReadonlySet<string>>

export interface FetchDayInput {
  /** "arxiv:cs.CL" */
  source: string
  day: Day
  section?: string
  now: Date
  /** When the source was last fetched with success, on any day; null before the first time. */
  lastFetch: Date | null
  urls: Readonly<Record<string, string>>
  request: SendRequest
  /** Papers that this source has not listed on another day. */
  unseen: FilterPapers
  /** Papers that this source has listed on this day already, including newer versions. */
  listed: FilterPapers
  /** Papers whose publication date we do not have yet. */
  withoutDate: FilterPapers
  /** Waits, unless the fetch is cancelled. */
  wait(ms: number): Promise<unknown>
  /** Reports a problem that did not stop the fetch. */
  warn(what: string): void
}

export interface FetchedDay extends ParsedRecords {
  /**
   * made-up: the usual place had none or not all of the papers, so they come from another one. repeated: the source
   * returned only papers of another day. moved: they come from the address to which the source has moved.
   */
  reason?: 'made-up' | 'repeated' | 'moved'
  /** With the reason moved. */
  movedTo?: string
}

/** A source with more papers a day is stopped: docs/sources.md says what they would do to memory and matching. */
export const MAX_PAPERS_A_DAY = 2000

/** An index entry in Postgres has up to 2,704 bytes. The longest DOI in use has fewer than 200. */
export const MAX_KEY_BYTES = 200
export const MAX_VERSION = 9999

const key = z
  .string()
  .max(MAX_KEY_BYTES)
  .regex(/^[!-~]+$/, 'not printable ASCII')

/** What a source says about one paper on one day. Every source's parser returns this shape. */
export const sourceRecord = z.object({
  /** cross: from another section; revised: a newer version of a paper that was listed before. Absent: new. */
  kind: z.enum(['new', 'cross', 'revised']).optional(),
  /**
   * Identifiers from the source, if any: { scheme: "arxiv", value: "2507.06457" }. link: the address of its page, only
   * for a paper without any other.
   */
  keys: z.array(z.object({ scheme: z.enum(['arxiv', 'doi', 'link']), value: key })),
  /** On one line, as in the source, including TeX. */
  title: z.string().min(1, 'absent, or no text'),
  abstract: z.string(),
  /** A one-sentence summary by the source. */
  summary: z.string().optional(),
  authors: z.array(z.string()),
  categories: z.array(z.string()),
  keywords: z.array(z.string()),
  organization: z.string().optional(),
  codeUrl: z.string().optional(),
  /** Stars of the repository at `codeUrl`. */
  codeStars: z.number().int().nonnegative().optional(),
  projectUrl: z.string().optional(),
  publishedAt: z.date().optional(),
  version: z.number().int().positive().max(MAX_VERSION).optional(),
  /** Null: the source says that the paper is not withdrawn. Absent: the source does not say. */
  withdrawnAt: z.date().nullable().optional(),
  /** The paper itself was withdrawn, not only removed from a day's list. */
  isRetracted: z.boolean().optional(),
  /** Absent if the source does not say; that is not the same as zero. */
  votes: z.number().int().nonnegative().optional(),
  comments: z.number().int().nonnegative().optional(),
})

export type SourceRecord = z.infer<typeof sourceRecord>

export type ListingKind = NonNullable<SourceRecord['kind']>

export type Identifier = SourceRecord['keys'][number]

/** "arxiv:2507.06457" */
export const identifierText = ({ scheme, value }: Identifier): string => `${scheme}:${value}`

/** An entry that could not be read, and the reason. */
export interface RefusedEntry {
  /** Its index in the source's response, from 0. */
  index: number
  why: string
}

/** The result of a parser. One broken entry does not affect the others. */
export interface ParsedRecords {
  records: SourceRecord[]
  refused: RefusedEntry[]
}
