import { en } from './en.ts'

/** The forms that a language has for counts: `one` and `other` in English, `few` and `many` besides in Polish. */
export type Plural = Readonly<{ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>>

/** Another language has the same keys, and the same {names} in each; for counts, the forms of its own. */
type Translated<T> = T extends string
  ? string
  : T extends { other: string }
    ? Plural
    : { readonly [Key in keyof T]: Translated<T[Key]> }
export type Words = Translated<typeof en>

/** The values for {braces}, never markup. */
export type FillValues = Readonly<Record<string, string | number>>

/** The words of this site. */
export const words: Words = en

/** A sentence with its {names} filled in; a name without a value stays as it is. */
export const fill = (sentence: string, values: FillValues): string =>
  sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))

/** As `fill`, for a sentence that holds markup: values are escaped, the sentence itself is trusted. */
export const fillHtml = (sentence: string, values: FillValues): string =>
  fill(sentence, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, escaped(value)])))

/** How a language counts. A form that the words do not give is `other`. */
export const pluralizerFor =
  (rules: Intl.PluralRules) =>
  (count: number, forms: Plural, values: FillValues = {}): string =>
    fill(forms[rules.select(count)] ?? forms.other, { ...values, count })

/** "1 paper", "2 papers": the form that goes with a count, its {count} and other {names} filled in. */
export const counted = pluralizerFor(new Intl.PluralRules(words.language))

/** "a, b and c" */
export function listed(items: readonly string[], last: keyof Words['lists'] = 'and'): string {
  const before = items.slice(0, -1).join(', ')
  return before ? `${before} ${words.lists[last]} ${items.at(-1)}` : (items[0] ?? '')
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (value: string | number): string => String(value).replace(/[&<>"']/g, (c) => ENTITIES[c]!)
