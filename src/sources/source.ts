import type { Day } from '../core/dates.ts'
import type { Identifier, ParsedRecords } from './source-record.ts'

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
  /** Base addresses, by the name of the setting that overrides them: { HF_URL: "https://huggingface.co" }. */
  baseUrls: Readonly<Record<string, string>>
  calendar: SourceCalendar
  fetchPolicy: FetchPolicy
  /** Fetches everything that the source lists on a day. Throws source.*; then nothing of the day is recorded. */
  fetchDay(input: FetchDayInput): Promise<FetchedDay>
  /** A URL that responds quickly if the source is healthy. */
  probe(urls: Readonly<Record<string, string>>, day: Day): string
}

interface Sections {
  /** Whether the source can be fetched only by section. */
  required: boolean
  /** An existing section, for messages. */
  example: string
  /** The canonical spelling of a section, in any case or spelling; undefined for an unknown section. */
  parse(text: string): string | undefined
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

/** The limits for requests to a source. */
export interface FetchPolicy {
  /** Sources with the same service share one throttle. */
  service: string
  /** The pause between a response and the next request, over all processes and machines; 0: no throttle. */
  gapMs: number
  /** For one response, from the request to the last byte. */
  timeoutMs: number
  /** The largest response that is read. */
  maxBytes: number
  /** The pause after a 429 without a Retry-After. */
  defaultPauseSeconds: number
  /** A fetch does not wait for a longer pause than this. */
  maxPauseMs: number
}

export interface SourceRequest {
  url: string
  /** Accepted media types. */
  accept: string
}

export interface SourceResponse {
  status: number
  headers: Headers
  /** Decoded by its declared charset, else as UTF-8, unless it is clearly not UTF-8. */
  body: string
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
   * returned only papers of another day.
   */
  reason?: 'made-up' | 'repeated'
}
