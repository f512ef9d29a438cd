/** A plain table for the terminal; each column is as wide as its longest cell. */
export function table(head: string[], rows: (string | number | null)[][]): string {
  const cells = [head, ...rows.map((row) => row.map(cellText))]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

// Titles of papers may have invisible characters, and changes of text direction that reorder the line.
const cellText = (cell: string | number | null): string => String(cell ?? '').replace(/\p{Cf}/gu, '')

/** "2026-11-24 08:00", in UTC */
export const formatMinute = (instant: Date): string => instant.toISOString().slice(0, 16).replace('T', ' ')

/** "1,204" */
export const number = (value: number): string => value.toLocaleString('en')

/** "1 paper", "2 papers" */
export const quantity = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : 's'}`

/** "12 minutes", "3 hours", "2 days" */
export function span(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000))
  if (minutes < 90) return quantity(minutes, 'minute')
  return minutes < 2880
    ? quantity(Math.round(minutes / 60), 'hour')
    : quantity(Math.round(minutes / 1440), 'day')
}

/** Puts as many items on each line as fit in `width`. */
export function fillLines(items: readonly string[], width: number, gap: string): string[] {
  const lines: string[] = []
  for (const item of items) {
    const longer = lines.length > 0 ? `${lines.at(-1)}${gap}${item}` : item
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer
    else lines.push(item)
  }
  return lines
}
