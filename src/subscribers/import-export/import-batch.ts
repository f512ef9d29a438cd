import type { Config } from '../../config/config.ts'
import type { CsvRecord } from '../../core/csv.ts'
import { Fault } from '../../core/errors.ts'
import { randomIds } from '../../core/secrets.ts'
import { addressHash } from '../address.ts'
import { fingerprintOf } from '../suppression-key.ts'
import { ImportFault } from './import-fault.ts'
import type { ForeignCells, RecordReader } from './import-reader.ts'
import { type ImportRow, readInstant, suppressionReason } from './import-row.ts'
import type { RefusedRow } from './refused-rows.ts'

export interface BatchInput {
  config: Config
  now: Date
  reader: RecordReader
}

const FRESH_IDS = 200

/** A row to be copied into the tables. */
interface IncomingRow extends Omit<ImportRow, 'id'> {
  line: number
  id: string
  /** Used if another subscriber already has that id. */
  spareId: string | null
  addressHash: string
}

/** An address to suppress. */
interface IncomingSuppression {
  addressHash: string
  reason: string
  at: Date
  /** An existing subscriber with this address is suppressed too. */
  suppressesSubscriber: boolean
}

interface Lines {
  rows: string
  topics: string
  suppressions: string
}

/** Turns records into lines for COPY; unreadable records are refused one by one. */
export class ImportBatchBuilder {
  readonly records: CsvRecord[] = []
  readonly refused: RefusedRow[] = []
  readonly rows: Buffer[] = []
  readonly topics: Buffer[] = []
  readonly suppressions: Buffer[] = []
  hasSpareIds = false
  readonly #input: BatchInput
  readonly #ids = new Set<string>()
  #freshIds: string[] = []
  readonly #queryNumbers = new Map<string, number>()

  constructor(input: BatchInput) {
    this.#input = input
  }

  /** The queries of the topics, in the order of their numbers. */
  get queries(): string[] {
    return [...this.#queryNumbers.keys()]
  }

  add(records: readonly CsvRecord[]): void {
    const lines: Lines = { rows: '', topics: '', suppressions: '' }
    const isOfHashes = this.#input.reader.head.format === 'suppressions'
    for (const record of records) {
      this.records.push(record)
      try {
        if (isOfHashes) lines.suppressions += suppressionLine(hashIn(record, this.#input))
        else this.#addRow(lines, record)
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault
        this.refused.push({ record, fault })
      }
    }
    for (const kind of ['rows', 'topics', 'suppressions'] as const)
      if (lines[kind] !== '') this[kind].push(Buffer.from(lines[kind]))
  }

  #addRow(lines: Lines, record: CsvRecord): void {
    const { config, now, reader } = this.#input
    const read = reader.read(record)
    const hash = addressHash(read.key, config.SUPPRESSION_KEY)
    const row: IncomingRow = { ...read, ...this.#idsOf(read), line: record.line, addressHash: hash }
    const { suppression, state } = row
    lines.rows += rowLine(row, now)
    lines.topics += topicLines(row, this.#queryNumberOf)
    if (suppression)
      lines.suppressions += suppressionLine({
        ...suppression,
        addressHash: hash,
        suppressesSubscriber: state === 'suppressed',
      })
  }

  /** If two lines of a file have the same id, the first one keeps it. */
  #idsOf({ id }: ImportRow): Pick<IncomingRow, 'id' | 'spareId'> {
    if (id === null || this.#ids.has(id)) return { id: this.#freshId(), spareId: null }
    this.#ids.add(id)
    this.hasSpareIds = true
    return { id, spareId: this.#freshId() }
  }

  #freshId(): string {
    if (this.#freshIds.length === 0) this.#freshIds = randomIds(80, FRESH_IDS)
    return this.#freshIds.pop()!
  }

  readonly #queryNumberOf = (query: string): number => {
    const number = this.#queryNumbers.get(query) ?? this.#queryNumbers.size + 1
    this.#queryNumbers.set(query, number)
    return number
  }
}

function hashIn(record: CsvRecord, { config, now, reader }: BatchInput): IncomingSuppression {
  const { address_hash, reason, at, key }: ForeignCells = reader.cellsOf(record)
  if (key && key !== fingerprintOf(config.SUPPRESSION_KEY)) throw new ImportFault('import.other-key')
  const hash = (address_hash ?? '').trim().toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new ImportFault('import.hash')
  return {
    addressHash: hash,
    reason: suppressionReason((reason ?? '').trim().toLowerCase() || 'operator'),
    at: readInstant('at', at ?? '', now) ?? now,
    suppressesSubscriber: true,
  }
}

const SPECIAL = /[\\\n\r\t]/g
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const text = (value: string): string => value.replace(SPECIAL, (sign) => ESCAPES[sign]!)
const NULL = '\\N'
const instant = (value: Date | null): string => value?.toISOString() ?? NULL

/** One line, in COPY's text format and in the column order of the temporary tables. */
const rowLine = (row: IncomingRow, now: Date): string =>
  `${[
    row.line,
    row.id,
    row.spareId ?? NULL,
    text(row.address),
    text(row.key),
    row.addressHash,
    row.state,
    row.stateBefore ?? NULL,
    text(row.zone),
    row.hour,
    `{${row.days.join()}}`,
    row.maxPapers,
    row.format,
    row.detail,
    row.epoch,
    instant(row.createdAt),
    instant(row.confirmedAt),
    row.startDate ?? NULL,
    row.pausedUntil ?? NULL,
    instant(row.unsubscribedAt),
    row.state === 'suppressed' ? instant(row.suppression?.at ?? now) : NULL,
    row.state === 'paused' ? instant(now) : NULL,
    row.how === null ? NULL : text(row.how),
    row.suppression !== null,
  ].join('\t')}\n`

/** `queryNumberOf` returns the number of a query in the batch, from 1. */
const topicLines = ({ id, topics }: IncomingRow, queryNumberOf: (query: string) => number): string =>
  topics.map(({ name, query }, place) => `${id}\t${place}\t${text(name)}\t${queryNumberOf(query)}\n`).join('')

const suppressionLine = ({ addressHash, reason, at, suppressesSubscriber }: IncomingSuppression): string =>
  `${addressHash}\t${reason}\t${instant(at)}\t${suppressesSubscriber}\n`
