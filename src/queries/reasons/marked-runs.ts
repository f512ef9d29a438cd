/** A run of text; `marked` if it matched. */
export interface TextRun {
  text: string
  marked: boolean
}

/** A range of a text: [start, end) in UTF-16 units. */
export type TextRange = readonly [start: number, end: number]

/** Splits a text into runs, marked at the given ranges. The ranges may overlap, exceed the text and have any order. */
export function markedRuns(text: string, ranges: readonly TextRange[]): TextRun[] {
  const runs: TextRun[] = []
  const add = (start: number, end: number, marked: boolean) => {
    if (start < end) runs.push({ text: text.slice(start, end), marked })
  }
  let done = 0
  for (const [start, end] of joined(ranges)) {
    add(done, Math.min(start, text.length), false)
    add(Math.min(start, text.length), Math.min(end, text.length), true)
    done = Math.min(end, text.length)
  }
  add(done, text.length, false)
  return runs
}

function joined(ranges: readonly TextRange[]): TextRange[] {
  const result: [number, number][] = []
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else result.push([start, end])
  }
  return result
}
