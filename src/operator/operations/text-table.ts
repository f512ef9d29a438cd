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
