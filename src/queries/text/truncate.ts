const MAX_SHOWN = 60

/** Shortens a text for an error message. */
export function truncate(text: string): string {
  const trimmed = text.trim()
  return trimmed.length > MAX_SHOWN ? `${trimmed.slice(0, MAX_SHOWN).trimEnd()}…` : trimmed
}
