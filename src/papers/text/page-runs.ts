import { mathToText } from './math-to-text.ts'
import { normalizeText } from './normalize-text.ts'
import { pageMathml } from './page-mathml.ts'
import { isTex, plainText } from './plain-text.ts'
import { texToText } from './tex-to-text.ts'

/** A piece of a title or an abstract for a page. */
export interface PageRun {
  /** Plain text; the page must escape it. */
  text: string
  /** The same as MathML that is safe to insert unescaped, with the characters that must stay on the same line. */
  math: { before: string; mathml: string; after: string } | null
}

interface Formula {
  text: string
  mathml: string
}

// A number between two private-use characters is a placeholder for a formula until the surrounding text is read.
const RUN =
  /(?<before>[([“‘"]{0,2})\ue004(?<place>\d+)\ue004(?<after>[^\s\p{L}\p{N}\ue004([“‘]{0,3})|(?<words>[^\ue004]+?(?=[([“‘"]{0,2}\ue004|$))/gu

/** Splits a source's text into text and formulas. A formula that cannot be parsed becomes plain text. */
export function pageRuns(source: string): PageRun[] {
  const clean = normalizeText(source)
  const whole = plainText(source)
  if (!isTex(clean)) return whole ? [{ text: whole, math: null }] : []
  const formulas: Formula[] = []
  const text = texToText(clean, (tex) => {
    const { text, mathml } = formulaOf(tex)
    return mathml ? `\ue004${formulas.push({ text, mathml }) - 1}\ue004` : text
  })
  return [...text.matchAll(RUN)].flatMap(({ groups: { before, place, after, words } = {} }) => {
    const formula = formulas[Number(place)]
    return formula ? runOf(formula, before, after) : words ? [{ text: words, math: null }] : []
  })
}

const runOf = ({ text, mathml }: Formula, before = '', after = ''): PageRun[] => [
  { text: before + text + after, math: { before, mathml, after } },
]

function formulaOf(tex: string): { text: string; mathml: string | null } {
  const text = mathToText(tex)
  try {
    const mathml = pageMathml(tex, normalizeText(text))
    return { text: mathml ? normalizeText(text) : text, mathml }
  } catch {
    return { text, mathml: null }
  }
}
