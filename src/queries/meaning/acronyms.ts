import { acronymOf, tokensOf } from '../text/tokens.ts'

/** Acronyms and long forms that count as the same. */
export interface Acronyms {
  /** The long form of an acronym, as written: "large language model" for LLM, and for llm if that is no other word. */
  longForms: Map<string, string>
  /** The acronym of a long form, by the keys of its words. */
  acronyms: Map<string, string>
}

/** The keys of a text's words, as they stand for a long form. */
export const longFormKey = (text: string): string =>
  tokensOf(text)
    .map(({ key }) => key)
    .join(' ')

/** How often a form must be given, and its share of all forms given for the same acronym, or the same long form. */
const MIN_TIMES = 5
const MIN_SHARE = 0.75

/** Counts the pairs "large language model (LLM)" in texts. */
export class AcronymCounter {
  readonly #pairs = new Map<
    string,
    { acronym: string; keys: string; times: number; texts: Map<string, number> }
  >()

  read(text: string): void {
    for (const { 1: inside, index } of text.matchAll(IN_BRACKETS)) {
      const acronym = acronymOf(inside!)?.replace(/s$/, '')
      const long = acronym && longFormBefore(text.slice(Math.max(0, index - MAX_LENGTH), index), acronym)
      if (!long) continue
      const keys = longFormKey(long)
      const pair = this.#pairs.get(`${acronym} ${keys}`) ?? { acronym, keys, times: 0, texts: new Map() }
      pair.times++
      pair.texts.set(long, (pair.texts.get(long) ?? 0) + 1)
      this.#pairs.set(`${acronym} ${keys}`, pair)
    }
  }

  /** The pairs that are given often, and of which each half leads among what is given for the other. */
  result(): Acronyms {
    const pairs = [...this.#pairs.values()]
    const totals = new Map<string, number>()
    for (const { acronym, keys, times } of pairs)
      for (const half of [acronym, keys]) totals.set(half, (totals.get(half) ?? 0) + times)
    const leads = pairs.filter(
      ({ acronym, keys, times }) =>
        times >= MIN_TIMES && [acronym, keys].every((half) => times >= totals.get(half)! * MIN_SHARE),
    )
    const usual = (texts: Map<string, number>) => [...texts].sort((a, b) => b[1] - a[1])[0]![0]
    return {
      longForms: new Map(leads.map(({ acronym, texts }) => [acronym, usual(texts)])),
      acronyms: new Map(leads.map(({ acronym, keys }) => [keys, acronym])),
    }
  }
}

const IN_BRACKETS = /(?<=[\p{L}\p{N}] )\((\p{L}{2,6})\)/gu
const MAX_LENGTH = 120

/**
 * The long form that ends a text, if its letters are those of the acronym in order and its first word begins with the
 * first one: Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions" (2003).
 */
export function longFormBefore(text: string, acronym: string): string | null {
  const words = text.trimEnd().split(/\s+/)
  const most = Math.min(acronym.length + 5, acronym.length * 2)
  const candidate = words.slice(-most).join(' ')
  const letters = acronym.toLowerCase()
  const lower = candidate.toLowerCase()
  let at = lower.length - 1
  for (let i = letters.length - 1; i >= 0; i--) {
    while (at >= 0 && (lower[at] !== letters[i] || (i === 0 && /[\p{L}\p{N}]/u.test(lower[at - 1] ?? ' '))))
      at--
    if (at < 0) return null
    at--
  }
  const long = candidate.slice(at + 1)
  const isLong = long.length > acronym.length + 2 && !/[()[\].,;:]/.test(long) && / |-/.test(long)
  return isLong ? long : null
}
