import { words } from '../i18n/words.ts'
import { Fault } from './errors.ts'

export interface FieldFault {
  /** The field's name in the request: email, topic, hour, … */
  field: string
  fault: Fault
}

/** A body may contain thousands of wrong fields; the reply lists this many. */
export const MAX_FAULTS = 10
const MAX_NAME_LENGTH = 40

/** request.unknown-field for the first MAX_FAULTS names. Only the first lists the known fields. */
export const unknownFieldFaults = (names: readonly string[], known: string): FieldFault[] =>
  names.slice(0, MAX_FAULTS).map((name, i) => {
    const field = name.slice(0, MAX_NAME_LENGTH)
    const values = { field, known: i === 0 ? known : words.fault.knownAbove }
    return { field, fault: new Fault('request.unknown-field', values) }
  })

/** Several wrong fields: has the code of the first one, and the messages of all. */
export class FieldFaults extends Fault {
  readonly fields: FieldFault[]

  constructor(fields: [FieldFault, ...FieldFault[]]) {
    super(fields[0].fault.entry, fields[0].fault.values)
    this.message = fields.map(({ fault }) => fault.message).join('\n')
    this.fields = fields
  }
}

/** Reads fields one by one and collects the faults, so that a person sees all of them at once. */
export class FieldReader {
  readonly #faults: FieldFault[] = []

  /** The result of `work`; `fallback` if it throws a Fault, which is collected. FieldFaults keep their own fields. */
  read<T>(field: string, fallback: T, work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#faults.push(...(error instanceof FieldFaults ? error.fields : [{ field, fault: error }]))
      return fallback
    }
  }

  /** Throws FieldFaults if any field was wrong. */
  finish(): void {
    const [first, ...others] = this.#faults
    if (first) throw new FieldFaults([first, ...others])
  }
}
