// The TeX that is left in a plain text, found only from the text and its source, without the converter.

const COMMAND = /\\(?:[A-Za-z]+|\S)/
const SCRIPT = /[\^_]\{/
const TIE = /\p{L}\.?~[\p{L}\d(]/gu
// $5, $1,000+, US$20.5: not where a formula follows, as in $5x_1$.
const MONEY = /\$\d[\d,.]*(?![\d,.]*[A-Za-z]?[$\\^_{])/g
const BETWEEN_DOLLARS = /\$[^$]+\$/
// {0,1} and {a, b, c} are sets in any source.
const SET = /\{[^{}]{1,20}(?:,[^{}]{1,20})+\}/g

/** The first trace of TeX, with the text around it; null if no TeX is left. */
export function texLeft(source: string, plain: string): string | null {
  const found =
    COMMAND.exec(plain) ?? SCRIPT.exec(plain) ?? dollars(plain) ?? brace(source, plain) ?? tie(source, plain)
  return found && plain.slice(Math.max(0, found.index - 40), found.index + 60)
}

const dollars = (plain: string): RegExpExecArray | null =>
  BETWEEN_DOLLARS.exec(plain.replace(MONEY, (money) => ' '.repeat(money.length)))

/** One without its partner, or more than the source wrote with a backslash, that TeX prints. */
function brace(source: string, plain: string): { index: number } | null {
  const rest = plain.replace(SET, (set) => ' '.repeat(set.length))
  const opened = count(plain, /\{/g)
  const printed = count(source, /\\[{}]|\\[lr]brace/g)
  const isWrong = opened !== count(plain, /\}/g) || count(rest, /[{}]/g) > printed
  return isWrong ? { index: plain.search(/[{}]/) } : null
}

/** A ~ between words that the source had there as well; a \sim prints one. */
const tie = (source: string, plain: string): { index: number } | null =>
  [...plain.matchAll(TIE)].find(([sign]) => source.includes(sign)) ?? null

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0
