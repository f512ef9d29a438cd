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
import type { OpenedManagePage } from '../../account/open-manage-page.ts'
import { Fault, type FieldFault, FieldFaults } from '../../core/errors.ts'
import { fill, words } from '../../i18n/words.ts'
import type { Subscription } from '../../subscribers/change.ts'
import { TOPIC_LIMIT_FAULTS } from '../../subscribers/subscriber.ts'
import type { StoredTopic } from '../../subscribers/topic.repo.ts'
import { isLibraryOpen, type libraryView, NO_LIBRARY } from '../library-form.ts'
import { formText, numberField, paceFields, settingsFields, texts, withDaysOfPace } from '../request.ts'
import { changedFields, faultsView, settingFields } from '../setting-fields.ts'
import type { PreviewView } from '../signup/preview-view.ts'
import {
  type ChangeSummaryView,
  changeSummaryView,
  NO_CHANGE_SUMMARY,
  nextEmailText,
  profileChangeSummary,
  scheduleText,
  summaryOfLine,
  untilText,
} from './change-summary-view.ts'

/** Reads an id from a URL or a form; 0 for anything else. */
export const idParam = (typed: unknown): number => numberField().parse(typed)

export interface ManageViewInput {
  token: string
  /** The topic in the link. */
  topicId?: number
  form?: ManageForm
  fault?: Fault
  /** The form requested no difference. */
  unchanged?: boolean
  /** What a button of the profile did, as given in the query string. */
  profileDone?: unknown
  /** What came of a library, and its text if it stays in the form. */
  library?: Partial<ReturnType<typeof libraryView>>
  /** The preview of the topics to add. */
  preview?: PreviewView
}

/** The page on which subscribers change their topics and settings. */
export function manageView(managed: OpenedManagePage, shown: ManageViewInput) {
  const { subscriber, topics } = managed
  const { token, form } = shown
  return {
    ...managed,
    ...{ token, form },
    /** The topic whose form is open. */
    opened: form ? topicIdIn(form) : shown.topicId,
    glance: glanceText(managed),
    ...faultsView(fieldsOf(topics), faultAtField(shown)),
    said: changeSummary(managed, shown),
    library: { ...NO_LIBRARY, ...shown.library },
    libraryOpen: isLibraryOpen(shown.library),
    learn: Boolean(form?.learn),
    preview: shown.preview,
    /** Topics to add, as typed. */
    add: wordsToAdd(form, topics),
    settings: settingFields(
      form?.do === 'settings' ? changedFields(withDaysOfPace(form), form.shown) : {},
      subscriber,
    ),
    /** The contents of the date field. */
    until: form?.do === 'pause' ? form.until : (subscriber.pausedUntil ?? ''),
  }
}

function changeSummary(
  managed: OpenedManagePage,
  { unchanged, topicId, profileDone, library }: ManageViewInput,
): ChangeSummaryView | null {
  if (unchanged) return NO_CHANGE_SUMMARY
  if (library?.said) return summaryOfLine(library.said)
  const said = profileChangeSummary(profileDone) ?? changeSummaryView(managed)
  const isGone = Boolean(topicId) && managed.topics.every(({ id }) => id !== topicId)
  if (said && isGone && profileDone) return { ...said, next: words.topicPage.gone }
  if (said || !isGone) return said
  return summaryOfLine(words.topicPage.gone)
}

const SETTINGS = ['hour', 'zone', 'max', 'detail', 'related', 'format', 'days']
const OF_A_TOPIC = ['query', 'name']

/** All fields, in the order of the page. */
const fieldsOf = (topics: StoredTopic[]): string[] => [
  ...topics.flatMap(({ id }) => OF_A_TOPIC.map((field) => `${field}-${id}`)),
  'topic',
  'library',
  ...SETTINGS,
  'until',
]

const topicIdIn = (form: ManageForm): number | undefined =>
  form.do.endsWith('-topic') && form.do !== 'add-topic' ? idParam(form.topic) : undefined

/** The topics to add, including the query of a topic that was removed while its form was open. */
function wordsToAdd(form: ManageForm | undefined, topics: readonly StoredTopic[]): string {
  if (form?.do === 'add-topic' || form?.do === 'settings') return form.topic
  const isGone = form?.do === 'change-topic' && topics.every(({ id }) => id !== idParam(form.topic))
  return isGone ? form.query : ''
}

/** Moves a fault to the form of the topic it is about; a fault of a whole form goes to the form's first field. */
function faultAtField({ form, fault }: ManageViewInput): Fault | undefined {
  if (!form || !fault) return fault
  const topicId = topicIdIn(form)
  if (!(fault instanceof FieldFaults))
    return TOPIC_LIMIT_FAULTS.includes(fault.code) ? atField('topic', fault) : fault
  if (topicId === undefined || fault.fields.some(({ field }) => !OF_A_TOPIC.includes(field))) return fault
  const fields = fault.fields.map(({ field, fault }) => ({ field: `${field}-${topicId}`, fault }))
  return new FieldFaults(fields as [FieldFault, ...FieldFault[]])
}

const atField = (field: string, fault: Fault): FieldFaults => new FieldFaults([{ field, fault }])

/** When emails are sent, and the date of the next one. */
function glanceText({ subscriber, next, today }: OpenedManagePage): string {
  const { state, pausedUntil } = subscriber
  const schedule = scheduleText(subscriber)
  const { glance } = words.manage
  if (next) return fill(glance.next, { schedule, when: nextEmailText(next, today) })
  return state === 'paused'
    ? fill(glance.paused, { schedule, until: untilText(pausedUntil, today) })
    : schedule
}

export const manageFields = z.object({
  /** These two stay in the form. */
  library: texts.default([]),
  learn: formText.default(''),
  /** Which of the page's forms was sent. */
  do: formText.default(''),
  ...settingsFields,
  ...paceFields,
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
})

/** A form of the manage page, as it was sent. */
export type ManageForm = z.output<typeof manageFields>

const CHANGES: Record<string, (form: ManageForm, held: ChangeContext) => Partial<Subscription>> = {
  settings: (form, held) =>
    settingsAndTopics({ ...changedFields(withDaysOfPace(form), form.shown), topic: form.topic }, held),
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
