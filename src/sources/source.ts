import type { Day } from '../core/dates.ts'
import type { Identifier, ParsedRecords } from './source-record.ts'

// What a source is made of. Each has a folder of its own (client, parse, calendar, manners) and a line in registry.ts.

export interface Source {
  /** As in SOURCES, without its section: "arxiv". */
  name: string
  /** As people write it: "arXiv". */
  title: string
  /** Parts of it that can be read alone, such as "cs.CL" in arxiv:cs.CL; none where left out. */
  sections?: Sections
  /** Base addresses by the setting that changes them: { HF_URL: "https://huggingface.co" }. */
  baseUrls: Readonly<Record<string, string>>
  calendar: SourceCalendar
  fetchPolicy: FetchPolicy
  /** Everything that the source lists on a day. Throws source.*: then nothing of the day is recorded. */
  fetchDay(input: FetchDayInput): Promise<FetchedDay>
  /** An address that answers quickly where the source is well. */
  probe(urls: Readonly<Record<string, string>>, day: Day): string
}

interface Sections {
  /** Whether the source can only be read by section. */
  required: boolean
  /** A section that is there, for sentences. */
  example: string
  /** A section as it is written here, whatever the case or spelling; undefined for what is none. */
  parse(text: string): string | undefined
}

/** Why nothing is expected on a day. */
type DayOffReason = 'weekend' | 'holiday'

/** When a source lists a day (UTC). */
export interface SourceCalendar {
  dayOffReason(day: Day): DayOffReason | undefined
  /** When it is first asked. */
  opensAt(day: Day): Date
  /** From then on a day without papers, on which some are expected, is stalled. */
  stallsAt(day: Day): Date
  /** From then on nothing more is expected: the next answer closes the day. */
  closesAt(day: Day): Date
  /** How long after an answer an open day is asked for again. */
  refetchAfterMs(fetched: { day: Day; now: Date; papers: number }): number
  /** How long after an answer a closed day is asked for again, for votes that settle; null: no more. */
  refreshVotesAfterMs(fetched: { day: Day; now: Date }): number | null
}

/** How a source wants to be asked. */
export interface FetchPolicy {
  /** Sources with one key are one service: they share the gap. */
  service: string
  /** Between an answer and the next question, over all processes and machines; 0: any number at a time. */
  gapMs: number
  /** For one answer, from the question to its last byte. */
  timeoutMs: number
  /** The longest answer that is read. */
  maxBytes: number
  /** What 429 means where it names no time. */
  defaultPauseSeconds: number
  /** A longer pause than this is not waited for within one fetch. */
  maxPauseMs: number
}

export interface SourceRequest {
  url: string
  /** Media types. */
  accept: string
}

export interface SourceResponse {
  status: number
  headers: Headers
  /** Decoded by what it says of itself; as UTF-8 unless it cannot be. */
  body: string
}

/**
 * Asks politely: waits for the source's gate, asks again where that may help, and hands an answer to `read`, whose
 * source.* faults count as a bad answer. 429 and 5xx never reach it.
 */
export type SendRequest = <T>(request: SourceRequest, read: (response: SourceResponse) => T) => Promise<T>

/** Those papers, as "arxiv:2507.06457", of which something is true. */
type FilterPapers = (papers: readonly Identifier[]) => Promise<ReadonlySet<string>>

export interface FetchDayInput {
  /** "arxiv:cs.CL" */
  source: string
  day: Day
  section?: string
  now: Date
  urls: Readonly<Record<string, string>>
  request: SendRequest
  /** Which this source has not listed on another day. */
  unseen: FilterPapers
  /** Which this source has on this day already, as newer versions too. */
  listed: FilterPapers
  /** Of which we do not know yet when they were published. */
  withoutDate: FilterPapers
  /** Waits, unless the fetch is broken off. */
  wait(ms: number): Promise<unknown>
  /** Something worth knowing that did not keep the day from being read. */
  warn(what: string): void
}

export interface FetchedDay extends ParsedRecords {
  /** Where the papers come from when the usual way had none or not all: made-up. It had papers, all of another day: repeated. */
  reason?: 'made-up' | 'repeated'
}
