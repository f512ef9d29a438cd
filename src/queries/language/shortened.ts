const MOST_SHOWN = 60

/** A text as a fault quotes it. */
export function shortened(text: string): string {
  const trimmed = text.trim()
  return trimmed.length > MOST_SHOWN ? `${trimmed.slice(0, MOST_SHOWN).trimEnd()}…` : trimmed
}
