import { z } from 'zod'
import type { Held } from '../../account/manage.ts'
import {
  editedTopic,
  moreTopics,
  movedTopic,
  pause,
  resumed,
  settingsAndTopics,
  withoutTopic,
} from '../../account/own-changes.ts'
import { Fault } from '../../core/errors.ts'
import type { Standing } from '../../subscribers/change.ts'
import { read, settings, text } from '../request.ts'
import { touched } from '../setting-fields.ts'

const fields = {
  /** Which of the page's forms it is. */
  do: text.default(''),
  ...settings,
  /** The settings that stood in the form when it was shown. */
  shown: text.default(''),
  /** The id of a topic; the words of those to add. */
  topic: text.default(''),
  query: text.default(''),
  name: text.default(''),
  /** up or down. */
  to: text.default(''),
  /** week, month or date. */
  for: text.default(''),
  until: text.default(''),
  /** The id of a change. */
  change: text.default(''),
  /** The key of a word of the profile. */
  word: text.default(''),
}

/** A form of a subscriber's own page, as it was sent. */
export type ManageForm = z.output<z.ZodObject<typeof fields>>

/** Throws FieldFaults: request.wrong-type. */
export const readManageForm = (body: unknown): ManageForm => read(z.object(fields), body)

/** An id as addresses and forms have it; 0 for anything else. */
export const idIn = (typed: unknown): number =>
  typeof typed === 'string' && /^\d{1,9}$/.test(typed) ? Number(typed) : 0

const WANTED: Record<string, (form: ManageForm, held: Held) => Partial<Standing>> = {
  settings: (form, held) => settingsAndTopics({ ...touched(form, form.shown), topic: form.topic }, held),
  'add-topic': (form, held) => moreTopics(form.topic, held),
  'change-topic': (form, held) => editedTopic({ ...form, id: idIn(form.topic) }, held),
  'remove-topic': (form, held) => withoutTopic(idIn(form.topic), held),
  'move-topic': (form, held) => movedTopic({ ...form, id: idIn(form.topic) }, held),
  pause: (form, held) => pause(form, held),
  resume: () => resumed,
}

/** What a form asks for. Throws request.unreadable for a form of no page of ours. */
export function wantedBy(form: ManageForm): (held: Held) => Partial<Standing> {
  const wanted = Object.hasOwn(WANTED, form.do) ? WANTED[form.do] : undefined
  if (!wanted) throw new Fault('request.unreadable', { what: 'do' })
  return (held) => wanted(form, held)
}
