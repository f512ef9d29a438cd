import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { plot, type Series } from '../match/plot.ts'
import { cellsOf, type Figures, HEADINGS, relayAllows } from './report.ts'
import { wallRows } from './walls.ts'

const DOCS = resolve(import.meta.dirname, '../../../docs')

/** Writes the tables of docs/scale.md, between their comments, and the picture beside it. */
export function recordScale(figures: Figures): void {
  const file = `${DOCS}/scale.md`
  const tables = { rows: rowsTable(figures), measured: measuredTable(figures), walls: wallRows(figures) }
  const written = Object.entries(tables).reduce(
    (page, [name, rows]) => withTable(page, name, rows),
    readFileSync(file, 'utf8'),
  )
  writeFileSync(file, written)
  writeFileSync(`${DOCS}/scale.svg`, picture(figures))
}

type Table = readonly (readonly string[])[]

function withTable(page: string, name: string, rows: Table): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`]
  const [head, rest] = page.split(begin)
  const tail = rest?.split(end)[1]
  if (tail === undefined) throw new Error(`docs/scale.md has no place for ${name}`)
  return `${head}${begin}\n\n${markdown(rows)}\n\n${end}${tail}`
}

/** With columns of one width, as the formatter leaves it. */
function markdown([headings, ...rows]: Table): string {
  const widths = headings!.map((heading, i) =>
    Math.max(heading.length, 3, ...rows.map((row) => row[i]!.length)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`
  return [line(headings!), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

const rowsTable = ({ rows }: Figures): Table => [HEADINGS, ...rows.map(cellsOf)]

function measuredTable({ rows, emailBytes, storedBytes, plan, pages, bare, prune }: Figures): Table {
  const number = (value: number) => Math.round(value).toLocaleString('en')
  const failed = rows.reduce((sum, { visits }) => sum + visits.failed, 0)
  return [
    ['what', 'measured'],
    ['an email', `${number(emailBytes)} bytes to the relay, ${number(storedBytes)} bytes in the database`],
    [
      'planning an email',
      `${number(plan.cpu)} µs in the service, ${number(plan.serverCpu)} µs in Postgres, ${number(plan.wal)} bytes of WAL`,
    ],
    [
      'pruning an email',
      `${number(prune.serverCpu)} µs in Postgres, ${number(prune.wal)} bytes of WAL (${number(prune.messages)} emails)`,
    ],
    ['a page', `${number(pages.webCpu)} µs in the web process, ${number(pages.serverCpu)} µs in Postgres`],
    ['requests that failed while emails were sent', number(failed)],
    bare
      ? [
          'the relay with `smtp-source`, a client in C',
          `${number(bare.perSecond)} emails/s over ${bare.connections} connections, ${number(bare.relayCpu)} µs each`,
        ]
      : ['the relay with another client', 'not measured: `smtp-source` is not installed'],
  ]
}

/** Of all rows with so many workers, and what the relay allows. */
function picture({ rows }: Figures): string {
  const byWorkers = [...Map.groupBy(rows, ({ workers }) => workers)]
  const total = ({ workers, connections }: { workers: number; connections: number }) => workers * connections
  const series: Series[] = byWorkers.map(([workers, some]) => ({
    name: `${workers} ${workers === 1 ? 'worker' : 'workers'}`,
    isOurs: true,
    points: some.map((row) => ({ x: total(row), y: row.perSecond })),
  }))
  const ends = rows.toSorted((one, other) => total(one) - total(other))
  const allowed = [ends[0]!, ends.at(-1)!].map((row) => ({ x: total(row), y: relayAllows(row) }))
  return plot([{ name: 'what the relay allows', isOurs: false, points: allowed }, ...series], {
    title: `Emails a second to a relay that takes 100 ms, ${cpus().length} cores`,
    x: 'SMTP connections',
    y: 'emails a second',
    valueText: (value) => (value < 10_000 ? String(Math.round(value)) : `${Math.round(value / 1000)}K`),
  })
}
