import { addDays, dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import type { Fault } from '../../core/errors.ts'
import { fill, words } from '../../i18n/words.ts'
import { hasCategoriesSince } from '../../papers/paper.repo.ts'
import { splitFields } from '../../queries/language/split-topics.ts'
import type { QueryParts } from '../../queries/language/write-query.ts'
import { isTemporaryRefusal, type Searcher, timed, withOptionalSearchSlot } from '../../search/search-slot.ts'
import type { Spend } from '../../search/yield-to-event-loop.ts'
import { ARXIV_ARCHIVES } from '../../sources/arxiv/categories.ts'
import { CONSENT_WORDING } from '../../subscribers/consent.ts'
import {
  describeTopic,
  isReadable,
  readTypedSettings,
  type TypedSignup,
} from '../../subscribers/read-signup.ts'
import { MAX_TOPICS, type SubscriberSettings } from '../../subscribers/subscriber.ts'
import { whenText } from '../account/change-summary-view.ts'
import { preparseTopics } from '../request.ts'
import {
  type FaultsView,
  faultsView,
  readOrElse,
  type SelectOption,
  type SettingFields,
  selectOption,
  settingFields,
} from '../setting-fields.ts'

/** A topic in the plain field that can be read. */
interface Chip {
  /** Its position in that field, from 0. */
  place: number
  query: string
  /** The topic in words. */
  words: string
}

/** The subscribe form, with the typed values and what is wrong with them. */
export interface FormView extends FaultsView, SettingFields {
  closed: boolean
  email: string
  topic: string
  /** If no topic is typed, the earlier ones stay. */
  keepsTopics: boolean
  chips: Chip[]
  /** The sentence that confirms a button for topics. */
  said: string
  parts: Omit<QueryParts, 'category'>
  categories: { label: string; options: SelectOption[] }[]
  /** Recent papers have categories, or a category was chosen. */
  showsCategories: boolean
  builderOpen: boolean
  /**
   * "Monday to Friday at 08:00, UTC; first mail Wednesday, 25 November." Empty if hour, zone or days cannot be read.
   */
  when: string
  /** The time zone is our default, so a script may set the browser's. */
  zoneIsOurs: boolean
  consent: string
  settingsOpen: boolean
}

/** The initial contents of a form; missing values are the site's defaults. */
export interface FormContents {
  typed?: Partial<TypedSignup>
  fault?: Fault
  /** The log's reference of the fault, if it was logged. */
  reference?: string | null
  said?: string
  keepsTopics?: boolean
  categoriesNamed?: boolean
  /** The settings are unfolded. */
  settingsOpen?: boolean
}

const PARTS = ['any', 'must', 'never', 'author', 'category', 'votes'] as const
const NO_PARTS: QueryParts = { any: '', must: '', never: '', author: '', category: '', votes: '' }
const SETTINGS = ['hour', 'zone', 'max', 'format', 'detail', 'days']
const DAYS_OF_CATEGORIES = 30
/** In the order of the page. */
const FIELDS = ['email', 'topic', ...PARTS, ...SETTINGS]

export function formView(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  filled: FormContents = {},
): FormView {
  const { typed = {}, fault, reference = null, said = '' } = filled
  const faults = faultsView(FIELDS, fault, reference)
  const { hour, zone, days } = typed
  const parts = { ...NO_PARTS, ...typed.parts }
  const hasParts = PARTS.some((part) => parts[part] !== '')
  const settings = readOrElse(
    () => readTypedSettings(config, typed),
    () => readTypedSettings(config, {}),
  )
  return {
    ...faults,
    closed: config.SIGNUP === 'closed',
    email: typed.email ?? '',
    topic: typed.topics?.join('\n') ?? '',
    keepsTopics: filled.keepsTopics ?? false,
    chips: [],
    said,
    parts,
    categories: categoryGroups(parts.category),
    showsCategories: (filled.categoriesNamed ?? true) || parts.category !== '',
    builderOpen: hasParts || PARTS.some((part) => faults.errorOf[part]),
    when: whenOf(() => readTypedSettings(config, { hour, zone, days }), clock.now()),
    zoneIsOurs: !typed.zone,
    ...settingFields(typed, settings),
    consent: CONSENT_WORDING.asking,
    settingsOpen: filled.settingsOpen || SETTINGS.some((field) => faults.errorOf[field] !== undefined),
  }
}

/**
 * `formView` with the categories of the last 30 days' papers. Describing the typed topics takes a search slot: `slot`
 * is the request that needs one, or the Spend of a slot in use. Without a slot, or if none is free, the form has no
 * chips.
 */
export async function loadFormView(
  deps: Deps,
  filled: FormContents = {},
  slot?: Searcher | Spend,
): Promise<FormView> {
  const since = addDays(dayOf(deps.clock.now()), -DAYS_OF_CATEGORIES)
  // If the database cannot be reached, the form is shown without the categories.
  const isRefused = filled.fault !== undefined && isTemporaryRefusal(filled.fault)
  const categoriesNamed = isRefused || (await hasCategoriesSince(deps.db, since).catch(() => true))
  const form = formView(deps, { ...filled, categoriesNamed })
  return { ...form, chips: await chipsInSlot(deps, filled, slot) }
}

async function chipsInSlot(
  deps: Deps,
  { typed, fault }: FormContents,
  slot?: Searcher | Spend,
): Promise<Chip[]> {
  const topics = typed?.topics ?? []
  if (topics.length === 0 || slot === undefined || (fault && isTemporaryRefusal(fault))) return []
  const describe = async (spend: Spend) => {
    await preparseTopics(topics, spend)
    return timed(spend, () => topicChips(topics))
  }
  if (typeof slot === 'function') return describe(slot)
  return withOptionalSearchSlot(deps, slot, { queries: topics, fallback: [] }, describe)
}

function whenOf(read: () => SubscriberSettings, now: Date): string {
  const settings = readOrElse(read, () => null)
  return settings ? whenText(settings, now) : ''
}

/** Describes the topics that can be read. Slow: see `loadFormView`. */
export function topicChips(typed: readonly string[]): Chip[] {
  const topics = splitFields(typed)
  // Anyone may send thousands, and parsing each takes time.
  if (topics.length > MAX_TOPICS) return []
  return topics.flatMap((query, place) =>
    isReadable(query) ? [{ place, query, words: describeTopic(query) }] : [],
  )
}

function categoryGroups(chosen: string): FormView['categories'] {
  const { allOf, group, option, otherPhysics } = words.form.builder
  const named = ARXIV_ARCHIVES.filter(({ categories }) => categories.length > 0)
  const others = ARXIV_ARCHIVES.filter(({ categories }) => categories.length === 0)
  const options = (list: { id: string; name: string }[]) =>
    list.map(({ id, name }) => selectOption(id, fill(option, { name, id }), chosen))
  return [
    ...named.map(({ id, name, categories }) => ({
      label: fill(group, { archive: name, id }),
      options: [selectOption(id, fill(allOf, { archive: name, id }), chosen), ...options(categories)],
    })),
    { label: otherPhysics, options: options(others) },
  ]
}
