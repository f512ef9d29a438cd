import type { Fault } from '../core/errors.ts'
import { FieldFaults } from '../core/field-faults.ts'
import { fill, words } from '../i18n/words.ts'

/** What is wrong with a form: a list for the summary at the top, and the message for each field. */
export interface FaultsView {
  /** `id` of the control that the sentence links to; null if it belongs to no control. */
  errors: { id: string | null; sentence: string }[]
  /** By field: all its messages. */
  errorOf: Record<string, string | undefined>
}

// For a group of controls, the first of them.
const ID_OF: Record<string, string> = { days: 'days-mon' }
/** The field that a fault of the whole form is about. */
const FIELD_OF: Record<string, string> = { 'signup.domain': 'email' }

/** `fields` are in the order of the page; `reference` identifies our own fault in the log. */
export function faultsView(
  fields: readonly string[],
  fault: Fault | undefined,
  reference: string | null = null,
): FaultsView {
  if (!fault) return { errors: [], errorOf: {} }
  const all = fault instanceof FieldFaults ? fault.fields : [{ field: FIELD_OF[fault.code] ?? '', fault }]
  const place = (field: string) => (fields.includes(field) ? fields.indexOf(field) : fields.length)
  const sorted = all.toSorted((a, b) => place(a.field) - place(b.field))
  const ofLog = reference ? ` ${fill(words.form.reference, { reference })}` : ''
  return {
    errors: sorted.map(({ field, fault: { sentence } }) => ({
      id: fields.includes(field) ? (ID_OF[field] ?? field) : null,
      sentence: `${sentence}${ofLog}`,
    })),
    errorOf: Object.fromEntries(
      [...Map.groupBy(sorted, ({ field }) => field)].map(([field, its]) => [
        field,
        its.map(({ fault: { sentence } }) => sentence).join(' '),
      ]),
    ),
  }
}
