import { mathToText } from './math-to-text.ts'
import { normalizeText } from './normalize-text.ts'
import { pageMathml } from './page-mathml.ts'
import { isTex, plainText } from './plain-text.ts'
import { texToText } from './tex-to-text.ts'

/** A piece of a title or an abstract as a page shows it. */
export interface PageRun {
  /** Plain text, to be escaped. */
  text: string
  /** The same as MathML that is safe to fill in as it stands, with the signs that no line may break off. */
  math: { before: string; mathml: string; after: string } | null
}

interface Formula {
  text: string
  mathml: string
}

// A number between two private signs stands for a formula until the text around it is read.
const RUN =
  /(?<before>[([“‘"]{0,2})\ue004(?<place>\d+)\ue004(?<after>[^\s\p{L}\p{N}\ue004([“‘]{0,3})|(?<words>[^\ue004]+?(?=[([“‘"]{0,2}\ue004|$))/gu

/** What a source wrote as text and formulas. One that cannot be read is plain text. */
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
