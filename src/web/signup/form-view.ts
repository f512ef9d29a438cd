import { addDays, dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { type Fault, FieldFaults, undefinedIfFault } from '../../core/errors.ts'
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
import { MAX_TOPICS } from '../../subscribers/subscriber.ts'
import { whenText } from '../account/change-summary-view.ts'
import { isLibraryOpen, type libraryView, NO_LIBRARY } from '../library-form.ts'
import { preparseTopics } from '../request.ts'
import { faultsView, settingFields } from '../setting-fields.ts'
import { EXAMPLES } from '../site/search-view.ts'

/** The initial contents of a form; missing values are the site's defaults. */
export interface FormContents {
  typed?: Partial<TypedSignup>
  fault?: Fault
  /** The log's reference of the fault, if it was logged. */
  reference?: string | null
  said?: string
  keepsTopics?: boolean
  /** What came of a library, and its text if it stays in the form. */
  library?: Partial<ReturnType<typeof libraryView>>
  categoriesNamed?: boolean
}

const PARTS = ['any', 'must', 'never', 'author', 'category', 'votes'] as const
export const NO_PARTS: QueryParts = { any: '', must: '', never: '', author: '', category: '', votes: '' }
const SETTINGS = ['hour', 'zone', 'max', 'detail', 'related', 'format', 'days']
const DAYS_OF_CATEGORIES = 30
/** In the order of the page. */
const FIELDS = ['email', 'topic', 'library', ...PARTS, ...SETTINGS]

/** A topic that names one paper never matches another. */
const { paper: _, ...TOPIC_EXAMPLES } = EXAMPLES

export type FormView = ReturnType<typeof formView>

/** The subscribe form, with the typed values and what is wrong with them. */
export function formView({ config, clock }: Pick<Deps, 'config' | 'clock'>, filled: FormContents = {}) {
  const { typed = {}, fault, reference = null, said = '', keepsTopics = false } = filled
  const faults = faultsView(FIELDS, fault, reference)
  const { hour, zone, days } = typed
  const parts = { ...NO_PARTS, ...typed.parts }
  const settings = undefinedIfFault(() => readTypedSettings(config, typed)) ?? readTypedSettings(config, {})
  return {
    ...faults,
    ...{ said, parts, keepsTopics },
    closed: config.SIGNUP === 'closed',
    email: typed.email ?? '',
    /** The address, if a hint about its domain is shown. */
    sure: looksMistyped(fault) ? (typed.email ?? '') : '',
    topic: typed.topics?.join('\n') ?? '',
    chips: [] as ReturnType<typeof topicChips>,
    /** Recent papers have categories, or a category was chosen. */
    showsCategories: (filled.categoriesNamed ?? true) || parts.category !== '',
    library: { ...NO_LIBRARY, ...filled.library },
    libraryOpen: isLibraryOpen(filled.library) || faults.errorOf.library !== undefined,
    builderOpen: PARTS.some((part) => parts[part] || faults.errorOf[part]),
    /** Empty if hour, zone or days cannot be read. */
    when:
      undefinedIfFault(() => whenText(readTypedSettings(config, { hour, zone, days }), clock.now())) ?? '',
    /** The time zone is our default, so a script may set the browser's. */
    zoneIsOurs: !zone,
    ...settingFields(typed, settings),
    consent: CONSENT_WORDING.asking,
    examples: TOPIC_EXAMPLES,
  }
}

const looksMistyped = (fault?: Fault): boolean =>
  fault instanceof FieldFaults && fault.fields.some(({ fault }) => fault.code === 'address.typo')

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
): Promise<FormView['chips']> {
  const topics = typed?.topics ?? []
  if (topics.length === 0 || slot === undefined || (fault && isTemporaryRefusal(fault))) return []
  const describe = async (spend: Spend) => {
    await preparseTopics(topics, spend)
    return timed(spend, () => topicChips(topics))
  }
  if (typeof slot === 'function') return describe(slot)
  return withOptionalSearchSlot(deps, slot, { queries: topics, fallback: [] }, describe)
}

/** The topics that can be read, in words, with their positions in the field. Slow: see `loadFormView`. */
export function topicChips(typed: readonly string[]) {
  const topics = splitFields(typed)
  // Anyone may send thousands, and parsing each takes time.
  if (topics.length > MAX_TOPICS) return []
  return topics.flatMap((query, place) =>
    isReadable(query) ? [{ place, query, words: describeTopic(query) }] : [],
  )
}

/** The categories of arXiv by archive, and each archive as a whole. */
export const CATEGORY_GROUPS = categoryGroups()

function categoryGroups() {
  const { allOf, group, option, otherPhysics } = words.form.builder
  const named = ARXIV_ARCHIVES.filter(({ categories }) => categories.length > 0)
  const others = ARXIV_ARCHIVES.filter(({ categories }) => categories.length === 0)
  const options = (list: { id: string; name: string }[]) =>
    list.map(({ id, name }) => ({ value: id, label: fill(option, { name, id }) }))
  return [
    ...named.map(({ id, name, categories }) => ({
      label: fill(group, { archive: name, id }),
      options: [{ value: id, label: fill(allOf, { archive: name, id }) }, ...options(categories)],
    })),
    { label: otherPhysics, options: options(others) },
  ]
}
