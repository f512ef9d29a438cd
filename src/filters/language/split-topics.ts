// What is in quotes, else in brackets, else one sign: a topic ends only at signs of the last kind.
const PIECES = /["“”„][^"“”„]*["“”„]|«[^»]*»|[\s\S]/gu

/**
 * The topics that one plain field holds. A comma, a semicolon or a new line starts another, but not inside quotes or
 * brackets. Blank ones and repeats are dropped; the order stays.
 */
export function splitTopics(text: string): string[] {
  const topics = ['']
  let depth = 0
  for (const [piece] of text.matchAll(PIECES)) {
    if (/^[(（]$/.test(piece)) depth++
    if (/^[)）]$/.test(piece)) depth = Math.max(0, depth - 1)
    if (depth === 0 && /^[,;，；\n\r]$/.test(piece)) topics.push('')
    else topics[topics.length - 1] += piece
  }
  return [...new Set(topics.map(cleanText).filter(Boolean))]
}

/** Without what pasted text brings along: signs that nobody sees, and that the database refuses. */
export const cleanText = (text: string): string =>
  text
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
