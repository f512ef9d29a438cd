import { fill, words } from '../../src/i18n/words.ts'
import { textOf } from './site.ts'

/**
 * Matches a sentence of the catalogue in what `textOf` returns for a page. A {name} without a value matches any text,
 * except one that was not filled in.
 */
export function sentence(text: string, values: Readonly<Record<string, string | number>> = {}): RegExp {
  const parts = textOf(fill(text, values))
    .trim()
    .split(/\{\w+\}/)
  return new RegExp(parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^{}]*?'))
}

/** How a page confirms a changed setting: "Hour: 08:00 → 19:00". */
export const changeLine = (what: string, before: string, after: string): string =>
  fill(words.manage.said.line, { what, before, after })

/** How a page announces the next email after a change. */
export const nextEmail = (when: string, hour = '08:00'): string =>
  fill(words.manage.said.next, { when, hour })

/** The codes of the errors on a page, in their order: "email: address.empty" if the error links to a field. */
export const errorsOn = (html: string): string[] =>
  [...html.matchAll(/data-code="([^"]+)">(?:<a [^>]*href="#([^"]+)")?/g)].map(([, code, field]) =>
    field ? `${field}: ${code}` : code!,
  )
