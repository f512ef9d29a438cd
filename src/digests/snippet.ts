import type { TextRun } from './digest-content.ts'

/** Places in a text: [start, end) in UTF-16 units. */
export type Place = readonly [start: number, end: number]

/** How much of an abstract a digest shows, in UTF-16 units. */
export const SNIPPET_LENGTH = 300

const BEFORE_MATCH = 80
const LONGEST_STEP = 40
const CUT = '…'

/** A text as runs, marked at the given places, which may overlap and come in any order. */
export function markedRuns(text: string, places: readonly Place[]): TextRun[] {
  const runs: TextRun[] = []
  const add = (start: number, end: number, marked: boolean) => {
    if (start < end) runs.push({ text: text.slice(start, end), marked })
  }
  let done = 0
  for (const [start, end] of joined(places)) {
    add(done, Math.min(start, text.length), false)
    add(Math.min(start, text.length), Math.min(end, text.length), true)
    done = Math.min(end, text.length)
  }
  add(done, text.length, false)
  return runs
}

/** About 300 characters, cut between words around the first place, with "…" where something was cut off. */
export function snippetOf(text: string, places: readonly Place[]): TextRun[] {
  const [from, to] = cutAround(text, joined(places)[0])
  const moved = places.map(([start, end]): Place => [Math.max(start, from) - from, Math.min(end, to) - from])
  const runs = markedRuns(
    text.slice(from, to),
    moved.filter(([start, end]) => start < end),
  )
  return [...cutMark(from > 0), ...runs, ...cutMark(to < text.length)]
}

const cutMark = (cut: boolean): TextRun[] => (cut ? [{ text: CUT, marked: false }] : [])

function cutAround(text: string, first: Place | undefined): Place {
  if (text.length <= SNIPPET_LENGTH) return [0, text.length]
  const [start, end] = first ?? [0, 0]
  if (end <= SNIPPET_LENGTH - LONGEST_STEP) return [0, wordEnd(text, SNIPPET_LENGTH)]
  const last = text.length - SNIPPET_LENGTH
  if (start - BEFORE_MATCH >= last) return [wordStart(text, last), text.length]
  const from = wordStart(text, start - BEFORE_MATCH)
  return [from, wordEnd(text, from + SNIPPET_LENGTH)]
}

/** The end of the last word that ends at or before `limit`; texts without blanks are cut where it falls. */
function wordEnd(text: string, limit: number): number {
  if (limit >= text.length) return text.length
  for (let at = limit; at > limit - LONGEST_STEP; at--) {
    if (isBlank(text, at) && !isBlank(text, at - 1)) return at
  }
  return insidePair(text, limit) ? limit - 1 : limit
}

/** The start of the last word that starts at or before `limit`. */
function wordStart(text: string, limit: number): number {
  if (limit <= 0) return 0
  for (let at = limit; at > limit - LONGEST_STEP && at > 0; at--) {
    if (!isBlank(text, at) && isBlank(text, at - 1)) return at
  }
  return insidePair(text, limit) ? limit - 1 : limit
}

const isBlank = (text: string, at: number): boolean => /\s/.test(text.charAt(at))

const insidePair = (text: string, at: number): boolean => /^[\uDC00-\uDFFF]/.test(text.charAt(at))

function joined(places: readonly Place[]): Place[] {
  const result: [number, number][] = []
  for (const [start, end] of [...places].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else result.push([start, end])
  }
  return result
}
