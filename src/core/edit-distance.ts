/** The number of letters that were left out, inserted, changed, or swapped with the next one. */
export function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const [row, above, before] = [[i], rows[i - 1]!, rows[i - 2]]
    for (let j = 1; j <= b.length; j++) {
      const substitutionCost = a[i - 1] === b[j - 1] ? 0 : 1
      const min = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + substitutionCost)
      const isSwapped = before && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = isSwapped ? Math.min(min, before[j - 2]! + 1) : min
    }
    rows.push(row)
  }
  return rows.at(-1)!.at(-1)!
}
