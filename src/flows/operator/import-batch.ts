import type { Config } from '../../config.ts'
import type { CsvRecord } from '../../platform/csv.ts'
import { Fault } from '../../platform/errors.ts'
import { randomId } from '../../platform/random.ts'
import { addressHash } from '../../subscribers/address.ts'
import type { ForeignCells } from '../../subscribers/import-foreign.ts'
import { readInstant } from '../../subscribers/import-instant.ts'
import type { Incoming, IncomingSuppression } from '../../subscribers/import-lines.ts'
import { type ImportRow, suppressionReason } from '../../subscribers/import-row.ts'
import { fingerprintOf } from '../../subscribers/suppression-key.ts'
import type { RecordReader } from './import-reader.ts'
import type { RefusedRow } from './refused-rows.ts'

/** Records that were read, ready for the database. */
export interface Batch {
  records: CsvRecord[]
  rows: Incoming[]
  suppressions: IncomingSuppression[]
  refused: RefusedRow[]
}

export interface BatchInput {
  config: Config
  now: Date
  reader: RecordReader
}

/** Reads records into batches; what cannot be read is refused, one by one. */
export function batchMaker(input: BatchInput): (records: CsvRecord[]) => Batch {
  const addTo = input.reader.head.format === 'suppressions' ? addHash : addRow
  return (records) => {
    const batch: Batch = { records, rows: [], suppressions: [], refused: [] }
    for (const record of records) {
      try {
        addTo(batch, record, input)
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault
        batch.refused.push({ record, fault })
      }
    }
    keepIdsApart(batch.rows)
    return batch
  }
}

function addRow(batch: Batch, record: CsvRecord, { config, reader }: BatchInput): void {
  const row = reader.read(record)
  const hash = addressHash(row.key, config.SUPPRESSION_KEY)
  const { suppression, state } = row
  if (suppression)
    batch.suppressions.push({ ...suppression, addressHash: hash, turns: state === 'suppressed' })
  batch.rows.push({ ...row, ...idsOf(row), line: record.line, addressHash: hash })
}

const idsOf = ({ id }: ImportRow): Pick<Incoming, 'id' | 'spareId'> =>
  id === null ? { id: randomId(80), spareId: null } : { id, spareId: randomId(80) }

/** One id on two lines of a file is the first one's. */
function keepIdsApart(rows: Incoming[]): void {
  const seen = new Set<string>()
  for (const row of rows) {
    if (seen.has(row.id)) Object.assign(row, { id: randomId(80), spareId: null })
    seen.add(row.id)
  }
}

function addHash(batch: Batch, record: CsvRecord, { config, now, reader }: BatchInput): void {
  const { address_hash, reason, at, key }: ForeignCells = reader.cellsOf(record)
  if (key && key !== fingerprintOf(config.SUPPRESSION_KEY)) throw new Fault('import.other-key')
  const hash = (address_hash ?? '').trim().toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new Fault('import.hash')
  batch.suppressions.push({
    addressHash: hash,
    reason: suppressionReason((reason ?? '').trim().toLowerCase() || 'operator'),
    at: readInstant('at', at ?? '', now) ?? now,
    turns: true,
  })
}
