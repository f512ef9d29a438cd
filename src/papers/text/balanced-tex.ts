// The signs that open or close something. Others that follow a backslash are whole commands.
const SIGN = /\\(?:begin|end)\{[^{}\\]*\}|\\[\s\S]|[{}]/g

const OPENING_OF: Record<string, string> = { '}': '{', '\\]': '\\[', '\\)': '\\(' }

const isOpening = (sign: string): boolean => ['{', '\\[', '\\('].includes(sign) || sign.startsWith('\\begin{')

const openingOf = (sign: string): string | undefined =>
  sign.startsWith('\\end{') ? sign.replace('\\end', '\\begin') : OPENING_OF[sign]

interface Opening {
  sign: string
  index: number
}

/**
 * Balances TeX for the parser, which would read on to the end of the text from everything that is not closed: its time
 * would grow with the square of the length. An unclosed brace is closed at once, so that no command takes the next
 * letter, and an unopened one is removed. An unclosed \[, \( or \begin{equation} becomes its text, as the parser has it.
 */
export function balanced(text: string): string {
  const open: Opening[] = []
  const replaced = new Map<number, string>()
  const leaveUnclosed = (all: Opening[]) => {
    for (const { sign, index } of all) replaced.set(index, UNCLOSED[sign] ?? sign.slice('\\begin'.length))
  }
  for (const { 0: sign, index } of text.matchAll(SIGN)) {
    if (isOpening(sign)) open.push({ sign, index })
    const opening = openingOf(sign)
    if (opening === undefined) continue
    // What is inside braces closes nothing outside them.
    const at = open.findLastIndex((one) => one.sign === opening || one.sign === '{')
    if (open[at]?.sign === opening) leaveUnclosed(open.splice(at).slice(1))
    else if (sign === '}') replaced.set(index, '')
  }
  leaveUnclosed(open)
  return text.replace(SIGN, (sign, index) => replaced.get(index) ?? sign)
}

const UNCLOSED: Record<string, string> = { '{': '{}', '\\[': '{[}', '\\(': '{(}' }
