/** A plain table for the terminal; each column is as wide as its longest cell. */
export function table(head: string[], rows: (string | number | null)[][]): string {
  const cells = [head, ...rows.map((row) => row.map((cell) => String(cell ?? '')))]
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

/** "2026-11-24 08:00", in UTC */
export const formatMinute = (instant: Date): string => instant.toISOString().slice(0, 16).replace('T', ' ')

/** "1 paper", "2 papers" */
export const quantity = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : 's'}`
