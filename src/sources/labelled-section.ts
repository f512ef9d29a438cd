// A section that is a URL or a filter may end with a label: "https://example.org/feed#Nature".

/** Source names are part of database keys, and Postgres limits an index entry to 2,704 bytes. */
const MAX_SECTION_LENGTH = 480
const MAX_LABEL_LENGTH = 60

export interface LabelledSection {
  /** The URL or filter, without the label. */
  value: string
  /** How people call it: "Nature". */
  label?: string
}

/** Parses "VALUE#LABEL". The label may be percent-encoded, as it is in the canonical spelling. */
export function parseLabelled(section: string): LabelledSection {
  const [value = '', ...rest] = section.trim().split('#')
  const label = decoded(rest.join('#'))
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
  return { value, ...(label && { label: label.slice(0, MAX_LABEL_LENGTH).toWellFormed() }) }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The canonical spelling; undefined if it is not printable ASCII or too long for a database key. */
export function labelledSection({ value, label }: LabelledSection): string | undefined {
  const section = label ? `${value}#${encodeURIComponent(label)}` : value
  return /^[!-~]+$/.test(section) && section.length <= MAX_SECTION_LENGTH ? section : undefined
}
