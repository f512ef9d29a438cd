import { z } from 'zod'
import type { ChangeContext } from '../../account/change-by-link.ts'
import {
  addedTopics,
  editedTopic,
  pauseChange,
  reorderedTopics,
  resumeChange,
  settingsAndTopics,
  withoutTopic,
} from '../../account/form-changes.ts'
import { Fault } from '../../core/errors.ts'
import type { Subscription } from '../../subscribers/change.ts'
import { formText, readFields, settingsFields } from '../request.ts'
import { changedFields } from '../setting-fields.ts'

const fields = {
  /** Which of the page's forms was sent. */
  do: formText.default(''),
  ...settingsFields,
  /** The settings that the form showed, for `changedFields`. */
  shown: formText.default(''),
  /** The id of a topic, or the topics to add. */
  topic: formText.default(''),
  query: formText.default(''),
  name: formText.default(''),
  /** "up" or "down". */
  to: formText.default(''),
  /** "week", "month" or "date". */
  for: formText.default(''),
  until: formText.default(''),
  /** The id of a change. */
  change: formText.default(''),
  /** The key of a word of the profile. */
  word: formText.default(''),
}

/** A form of the manage page, as it was sent. */
export type ManageForm = z.output<z.ZodObject<typeof fields>>

/** Throws FieldFaults: request.wrong-type. */
export const readManageForm = (body: unknown): ManageForm => readFields(z.object(fields), body)

/** Reads an id from a URL or a form; 0 for anything else. */
export const idParam = (typed: unknown): number =>
  typeof typed === 'string' && /^\d{1,9}$/.test(typed) ? Number(typed) : 0

const CHANGES: Record<string, (form: ManageForm, held: ChangeContext) => Partial<Subscription>> = {
  settings: (form, held) =>
    settingsAndTopics({ ...changedFields(form, form.shown), topic: form.topic }, held),
  'add-topic': (form, held) => addedTopics(form.topic, held),
  'change-topic': (form, held) => editedTopic({ ...form, id: idParam(form.topic) }, held),
  'remove-topic': (form, held) => withoutTopic(idParam(form.topic), held),
  'move-topic': (form, held) => reorderedTopics({ ...form, id: idParam(form.topic) }, held),
  pause: (form, held) => pauseChange(form, held),
  resume: () => resumeChange,
}

/** The change that a form requests. Throws request.unreadable for a form that is not on our pages. */
export function requestedChange(form: ManageForm): (held: ChangeContext) => Partial<Subscription> {
  const change = Object.hasOwn(CHANGES, form.do) ? CHANGES[form.do] : undefined
  if (!change) throw new Fault('request.unreadable', { what: 'do' })
  return (held) => change(form, held)
}
