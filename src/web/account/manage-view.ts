import { z } from 'zod'
import type { ChangeContext } from '../../account/change-by-link.ts'
import {
  addedTopics,
  pauseChange,
  reorderedTopics,
  resumeChange,
  settingsAndTopics,
  withoutTopic,
} from '../../account/form-changes.ts'
import type { OpenedManagePage, ShownTopic } from '../../account/open-manage-page.ts'
import { Fault, FieldFaults } from '../../core/errors.ts'
import type { Feature } from '../../core/feature.ts'
import { hourOfDay, weekdaysText } from '../../i18n/dates.ts'
import { capitalized, fill, words } from '../../i18n/words.ts'
import { cityOfZone } from '../../i18n/zones.ts'
import { describePart, describeQuery } from '../../queries/language/describe-query.ts'
import { parseOrNull } from '../../queries/language/parse-query.ts'
import type { Query } from '../../queries/query.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'
import { maskAddress } from '../../subscribers/address.ts'
import type { Subscription } from '../../subscribers/change.ts'
import { type Subscriber, TOPIC_LIMIT_FAULTS } from '../../subscribers/subscriber.ts'
import { barsOf } from '../bars.ts'
import { partFields } from '../page-parts.ts'
import { choiceFields, formText, numberField, settingsFields, texts, withChoices } from '../request.ts'
import { changedFields, faultsView, settingFields } from '../setting-fields.ts'
import type { PreviewView } from '../signup/preview-view.ts'
import {
  type ChangeSummaryView,
  changeSummaryView,
  NO_CHANGE_SUMMARY,
  nextEmailText,
  scheduleText,
  sizeText,
  summaryOfLine,
  untilText,
} from './change-summary-view.ts'
import { learnedSummary, learnedView } from './learned-view.ts'

/** Reads an id from a URL or a form; 0 for anything else. */
export const idParam = (typed: unknown): number => numberField().parse(typed)

/** A folded part of the page that the reader asked to see. */
const PARTS = ['schedule', 'close', 'pause'] as const

export const partParam = z.enum(PARTS).optional().catch(undefined)

export interface ManageViewInput {
  token: string
  /** The topic in the link. */
  topicId?: number
  form?: ManageForm
  fault?: Fault
  /** The form requested no difference. */
  unchanged?: boolean
  /** What a button beside a learned phrase did, as given in the query string. */
  learnedDone?: unknown
  edit?: (typeof PARTS)[number]
  /** What a route did, in a sentence. */
  said?: string
  /** The preview of the topics to add. */
  preview?: PreviewView
}

/** The page on which subscribers change their topics and settings. */
export function manageView(features: readonly Feature[], managed: OpenedManagePage, shown: ManageViewInput) {
  const { subscriber } = managed
  const { token, form, edit } = shown
  // In the order of the page.
  const fields = ['topic', ...partFields(features), ...SETTINGS, 'until']
  const faults = faultsView(fields, faultAtField(shown))
  const typed = form?.do === 'settings' ? changedFields(withChoices(form), form.shown) : {}
  const isWrong = (fields: readonly string[]) => fields.some((field) => faults.errorOf[field])
  return {
    ...managed,
    token,
    form,
    days: MAX_DAYS,
    rows: topicRows(managed),
    /** What was learned about each topic, if anything was. */
    learned: managed.topics.flatMap(({ id, label }) => {
      const learned = managed.learned.get(id)
      return learned ? [{ topicId: id, label, ...learnedView(learned) }] : []
    }),
    glance: glanceText(managed),
    facts: factsText(subscriber),
    ...faults,
    said: changeSummary(managed, shown),
    preview: shown.preview,
    /** Topics to add, as typed. */
    add: form?.do === 'add-topic' || form?.do === 'settings' ? form.topic : '',
    settings: settingFields(typed, subscriber, managed.today),
    settingsOpen: edit === 'schedule' || edit === 'close' || isWrong(SETTINGS),
    /** The settings that are folded. */
    moreOpen: edit === 'close' || isWrong(['detail', 'related', 'format']),
    /** The contents of the date field. */
    until: form?.do === 'pause' ? form.until : (subscriber.pausedUntil ?? ''),
    pauseOpen: edit === 'pause' || isWrong(['until']),
  }
}

/** A topic as a row: its name, what it means, and the papers of 30 days. */
interface TopicRow extends ShownTopic {
  note: string
  /** Undefined if the papers cannot be counted. */
  counted?: { total: number; strip: StripView }
}

/** A bar for each day; `text` is the alternative in words. */
interface StripView {
  bars: { step: number }[]
  text: string
}

const topicRows = ({ topics, counts }: Pick<OpenedManagePage, 'topics' | 'counts'>): TopicRow[] =>
  topics.map((topic) => {
    const count = counts.get(topic.query)
    return {
      ...topic,
      note: noteOf(topic.query, count?.meaning),
      ...(count && { counted: { total: count.total, strip: stripOf(count.perDay) } }),
    }
  })

function stripOf(perDay: readonly number[]): StripView {
  const days = perDay.filter((papers) => papers > 0).length
  return {
    bars: barsOf(perDay),
    text: fill(words.manage.topics.strip, { days, of: perDay.length, most: Math.max(...perDay) }),
  }
}

/** "author", "not: diffusion", or the whole query in words. */
function noteOf(query: string, meaning: Query | undefined): string {
  const { topics } = words.manage
  const tree = parseOrNull(query)
  if (!tree) return words.requestSummary.unreadable
  const parts = tree.kind === 'and' ? tree.parts : [tree]
  const unwanted = parts.flatMap((part) => (part.kind === 'not' ? [describePart(part.part)] : []))
  const not = unwanted.length > 0 ? [fill(topics.not, { what: unwanted.join(', ') })] : []
  const [only, ...others] = parts.filter(({ kind }) => kind !== 'not')
  const isPlain = others.length === 0 && ['word', 'phrase', 'term'].includes(only!.kind)
  const fields: Partial<Record<string, string>> = topics.fields
  const field = isPlain && 'field' in only! ? fields[only.field] : undefined
  if (field || (isPlain && not.length > 0)) return [...(field ? [field] : []), ...not].join(' · ')
  return describeQuery(meaning ?? tree)
}

function changeSummary(
  managed: OpenedManagePage,
  { unchanged, topicId, learnedDone, said: saidByRoute }: ManageViewInput,
): ChangeSummaryView | null {
  if (unchanged) return NO_CHANGE_SUMMARY
  if (saidByRoute) return summaryOfLine(saidByRoute)
  const said = learnedSummary(learnedDone) ?? changeSummaryView(managed)
  const isGone = Boolean(topicId) && managed.topics.every(({ id }) => id !== topicId)
  if (said || !isGone) return said
  return summaryOfLine(words.topicPage.gone)
}

const SETTINGS = ['hour', 'zone', 'max', 'detail', 'related', 'format', 'days']

/** A fault about all topics goes to the field for new ones. */
const faultAtField = ({ form, fault }: ManageViewInput): Fault | undefined =>
  form && fault && TOPIC_LIMIT_FAULTS.includes(fault.code)
    ? new FieldFaults([{ field: 'topic', fault }])
    : fault

/** "Next email: Monday 16 March, 08:00" */
function glanceText({ subscriber, next, today }: OpenedManagePage): string {
  const { state, pausedUntil, hour } = subscriber
  const { glance } = words.manage
  if (state === 'paused') return fill(glance.paused, { until: untilText(pausedUntil, today) })
  if (!next) return scheduleText(subscriber)
  const day = nextEmailText(next, today)
  return fill(glance.next, { when: next.now ? day : fill(glance.at, { day, hour: hourOfDay(hour) }) })
}

/** "Monday to Friday · Paris · up to 15 papers · p•••@example.com" */
function factsText(subscriber: Subscriber): string {
  const { days, zone, address } = subscriber
  const size = sizeText(subscriber)
  const facts = [
    capitalized(weekdaysText(days)),
    cityOfZone(zone),
    size.charAt(0).toLowerCase() + size.slice(1),
  ]
  return [...facts, maskAddress(address)].join(' · ')
}

export const manageFields = z.object({
  /** Which of the page's forms was sent. */
  do: formText.default(''),
  ...settingsFields,
  ...choiceFields,
  /** The settings that the form showed, for `changedFields`. */
  shown: formText.default(''),
  /** The id of a topic, or the topics to add. */
  topic: formText.default(''),
  /** "up" or "down". */
  to: formText.default(''),
  /** "week", "month" or "date". */
  for: formText.default(''),
  until: formText.default(''),
  /** The id of a change. */
  change: formText.default(''),
  /** A learned phrase. */
  phrase: texts.default([]),
})

/** A form of the manage page, as it was sent. */
export type ManageForm = z.output<typeof manageFields>

const CHANGES: Record<string, (form: ManageForm, held: ChangeContext) => Partial<Subscription>> = {
  settings: (form, held) =>
    settingsAndTopics({ ...changedFields(withChoices(form), form.shown), topic: form.topic }, held),
  'add-topic': (form, held) => addedTopics(form.topic, held),
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
