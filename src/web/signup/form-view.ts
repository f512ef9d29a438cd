import { dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { type Fault, FieldFaults, undefinedIfFault } from '../../core/errors.ts'
import { type ExampleQueries, NO_EXAMPLES } from '../../search/example-queries.ts'
import { CONSENT_WORDING } from '../../subscribers/consent.ts'
import { readTypedSettings, type TypedSignup } from '../../subscribers/read-signup.ts'
import { whenText } from '../account/change-summary-view.ts'
import { partFields } from '../page-parts.ts'
import { faultsView, settingFields } from '../setting-fields.ts'

/** The initial contents of a form; missing values are the site's defaults. */
export interface FormContents {
  typed?: Partial<TypedSignup>
  fault?: Fault
  /** The log's reference of the fault, if it was logged. */
  reference?: string | null
  said?: string
  keepsTopics?: boolean
  /** Queries of the archive that a button adds. */
  examples?: ExampleQueries
}

const SETTINGS = ['hour', 'zone', 'max', 'detail', 'related', 'format', 'days']

/** Besides "best of the day". */
const MAX_EXAMPLES = 4

export type FormView = ReturnType<typeof formView>

/** The subscribe form, with the typed values and what is wrong with them. */
export function formView(
  { config, clock, features }: Pick<Deps, 'config' | 'clock' | 'features'>,
  filled: FormContents = {},
) {
  const { typed = {}, fault, reference = null, said = '', keepsTopics = false } = filled
  const { topics: examples, syntax } = filled.examples ?? NO_EXAMPLES
  const topic = typed.topics?.filter(Boolean).join('\n') ?? ''
  // In the order of the page.
  const fields = ['email', 'topic', ...partFields(features), ...SETTINGS]
  const faults = faultsView(fields, fault, reference)
  const { hour, zone, days } = typed
  const settings = undefinedIfFault(() => readTypedSettings(config, typed)) ?? readTypedSettings(config, {})
  return {
    ...faults,
    said,
    keepsTopics,
    closed: config.SIGNUP === 'closed',
    email: typed.email ?? '',
    /** The address, if a hint about its domain is shown. */
    sure: looksMistyped(fault) ? (typed.email ?? '') : '',
    topic,
    /** Empty if hour, zone or days cannot be read. */
    when:
      undefinedIfFault(() => whenText(readTypedSettings(config, { hour, zone, days }), clock.now())) ?? '',
    /** The time zone is our default, so a script may set the browser's. */
    zoneIsOurs: !zone,
    ...settingFields(typed, settings, dayOf(clock.now())),
    consent: CONSENT_WORDING.asking,
    /** Example topics that are not typed yet. */
    examples: shortest(examples.filter((query) => !topic.includes(query))),
    /** What a query can do. A topic that names one paper never matches another. */
    syntax: syntax.filter(({ kind }) => kind !== 'paper'),
  }
}

/** The short ones fit on a line of a phone; in their order. */
function shortest(examples: readonly string[]): string[] {
  const chosen = examples.toSorted((a, b) => a.length - b.length).slice(0, MAX_EXAMPLES)
  return examples.filter((query) => chosen.includes(query))
}

const looksMistyped = (fault?: Fault): boolean =>
  fault instanceof FieldFaults && fault.fields.some(({ fault }) => fault.code === 'address.typo')
