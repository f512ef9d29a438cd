/** The first and the last word of an occurrence, by their positions in a text. */
export type Span = readonly [first: number, last: number]

/**
 * One occurrence of each part of a term, so that the first and the last word of all of them are at most `within` words
 * apart; null if there is no such place. `spans`: all occurrences of each part.
 */
export function closeTogether<S extends Span>(spans: readonly (readonly S[])[], within: number): S[] | null {
  if (spans.some(({ length }) => length === 0)) return null
  const starts = spans.flatMap((all) => all.map(([first]) => first)).sort((a, b) => a - b)
  for (const start of starts) {
    const nearest = spans.map((all) => endingFirst(all, start))
    if (nearest.every((span) => span !== null && span[1] - start <= within)) return nearest as S[]
  }
  return null
}

/** Of the occurrences that start at `start` or later, the one that ends first. */
function endingFirst<S extends Span>(spans: readonly S[], start: number): S | null {
  let best: S | null = null
  for (const span of spans) if (span[0] >= start && (!best || span[1] < best[1])) best = span
  return best
}
