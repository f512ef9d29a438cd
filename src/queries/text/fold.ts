// Words without accents. Some letters have two spellings without one: Müller is written Muller and Mueller.

// Letters that NFKD does not decompose.
const LETTERS = new Map(
  'ł=l ø=o đ=d ð=d ß=ss æ=ae œ=oe þ=th ı=i Ł=L Ø=O Đ=D Ð=D Æ=AE Œ=OE Þ=TH'
    .split(' ')
    .map((pair) => pair.split('=') as [string, string]),
)

/** Removes accents and other marks, and replaces compatibility forms; keeps the case. */
export const foldAccents = (text: string): string => (isPrintableAscii(text) ? text : withoutMarks(text))

export const isPrintableAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

const withoutMarks = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[łøđðßæœþıŁØĐÐÆŒÞ]/g, (letter) => LETTERS.get(letter) ?? letter)

const TRANSCRIPTIONS = new Map(
  'ä=ae ö=oe ü=ue å=aa ø=oe Ä=Ae Ö=Oe Ü=Ue Å=Aa Ø=Oe'
    .split(' ')
    .map((pair) => pair.split('=') as [string, string]),
)

const TRANSCRIBED_LETTER = /[äöüåøÄÖÜÅØ]/g

/**
 * A word as people write it who lack its letters: Mueller for Müller. Undefined for a word without such letters, so that
 * ue in queue is never taken for ü.
 */
export function transcribed(word: string): string | undefined {
  if (isPrintableAscii(word)) return undefined
  const composed = word.normalize('NFC')
  const written = composed.replace(TRANSCRIBED_LETTER, (letter) => TRANSCRIPTIONS.get(letter)!)
  return written === composed ? undefined : foldAccents(written)
}
