import { en } from './en.ts'

/** The plural forms of a language: `one` and `other` in English; Polish also has `few` and `many`. */
type Plural = Readonly<{ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>>

/** Another language has the same keys, with the same {names} in each, and its own plural forms. */
type Translated<T> = T extends string
  ? string
  : T extends { other: string }
    ? Plural
    : { readonly [Key in keyof T]: Translated<T[Key]> }
type Words = Translated<typeof en>

/** A language that an email may have. */
export type Language = 'en'

/** The language of everybody. A message keeps the one in which it was planned, so that a retry has the same bytes. */
export const LANGUAGE: Language = 'en'

/** The values for {braces}, never markup. */
type FillValues = Readonly<Record<string, string | number>>

/** The words of this site. */
export const words: Words = en

/** A sentence with its {names} filled in; a name without a value stays as it is. */
export const fill = (sentence: string, values: FillValues): string =>
  sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))

/** As `fill`, for a sentence with markup: values are escaped, the sentence itself is trusted. */
export const fillHtml = (sentence: string, values: FillValues): string =>
  fill(sentence, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, escaped(value)])))

/** The plural rules of the language. If the words lack a form, `other` is used. */
export const pluralizerFor =
  (rules: Intl.PluralRules) =>
  (count: number, forms: Plural, values: FillValues = {}): string =>
    fill(forms[rules.select(count)] ?? forms.other, { ...values, count })

/** "1 paper", "2 papers": the plural form for a count, with {count} and other {names} filled in. */
export const counted = pluralizerFor(new Intl.PluralRules(words.language))

/** "1st", "2nd": the form of a place in an order, filled in like `counted`. */
export const placed = pluralizerFor(new Intl.PluralRules(words.language, { type: 'ordinal' }))

/** "a, b and c" */
export function listed(items: readonly string[], last: keyof Words['lists'] = 'and'): string {
  const before = items.slice(0, -1).join(', ')
  return before ? `${before} ${words.lists[last]} ${items.at(-1)}` : (items[0] ?? '')
}

export const capitalized = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (value: string | number): string => String(value).replace(/[&<>"']/g, (c) => ENTITIES[c]!)

/** "11 papers in 30 days", "nothing in 30 days" */
export function rateOf(total: number, days: number): string {
  const span = counted(days, words.counts.day)
  if (total === 0) return fill(words.rates.nothing, { span })
  return fill(words.rates.some, { papers: counted(total, words.counts.paper), span })
}
