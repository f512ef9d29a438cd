import { isOneSentence } from './one-sentence.ts'

// What is in quotes, else in brackets, else one sign: a topic ends only at signs of the last kind.
const PIECES = /["“”„][^"“”„]*["“”„]|«[^»]*»|[\s\S]/gu

/**
 * The topics that one plain field holds. A comma, a semicolon or a new line starts another, but not inside quotes or
 * brackets, nor a comma or semicolon inside a sentence. Blank ones and repeats are dropped; the order stays.
 */
export function splitTopics(text: string): string[] {
  const topics = linesOf(text).flatMap((pieces) => {
    const whole = cleanText(pieces.join(''))
    const parts = pieces.filter((_, i) => i % 2 === 0).map(cleanText)
    if (parts.length > 1 && isOneSentence(whole, parts)) return [whole]
    return parts.map((part, i) => (i > 0 ? part.replace(LEFT_OF_LIST, '') : part))
  })
  return [...new Set(topics.filter(Boolean))]
}

/** Of a list that was a sentence: vision, language, and robots. */
const LEFT_OF_LIST = /^(?:and|or) (?=\S)/

/** Of each line, what stands between commas and semicolons, and these themselves between. */
function linesOf(text: string): string[][] {
  const lines = [['']]
  let depth = 0
  for (const [piece] of text.matchAll(PIECES)) {
    if (/^[(（]$/.test(piece)) depth++
    if (/^[)）]$/.test(piece)) depth = Math.max(0, depth - 1)
    const line = lines.at(-1)!
    if (depth === 0 && /^[\n\r]$/.test(piece)) lines.push([''])
    else if (depth === 0 && /^[,;，；]$/.test(piece)) line.push(piece, '')
    else line[line.length - 1] += piece
  }
  return lines
}

/** Without what pasted text brings along: signs that nobody sees, and that the database refuses. */
export const cleanText = (text: string): string =>
  text
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
