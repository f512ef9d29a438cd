import type { ServiceDeps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import type { Feature } from '../../core/feature.ts'
import { type Operation, readInput } from '../../operator/operations/operation.ts'
import { nounsOf } from '../../operator/operations/operations.ts'
import { runOperation } from '../../operator/operations/run-operation.ts'
import { formFields, verbOf } from './operation-forms.ts'

/** What an operator can do with a subscriber, by the core and the features. */
export async function subscriberOperations(features: readonly Feature[]): Promise<Operation[]> {
  const operations = await nounsOf(features).subscribers!.read()
  return operations.filter((one) => 'effect' in one)
}

/** A section of the page of the subscriber `id`, for templates/admin/parts/section.eta. `typed`: what its form sent. */
export async function sectionView(
  deps: ServiceDeps,
  operation: Operation,
  { id, typed }: { id: string; typed: Record<string, string> },
) {
  const { heading, button, labels, show } = operation.section!
  const { input, problem } = readTyped(operation, typed)
  const call = { via: 'admin', input: { who: { id }, ...input } } as const
  const content = await runOperation(deps, operation, call, (_within, result) => show(result))
  const fields = formFields(operation, labels).map((field) => ({
    ...field,
    value: (problem && typed[field.name]) || (content.values[field.name] ?? ''),
  }))
  return { verb: verbOf(operation), heading, button, fields, problem, content }
}

/** The input of the operation; without it, if it is wrong, with the fault that says so. */
function readTyped(
  { input, section }: Operation,
  typed: Record<string, string>,
): { input: object; problem?: Fault } {
  const { labels } = section!
  const sent = Object.entries(typed).filter(([name, text]) => name in labels && text !== '')
  try {
    return { input: readInput(input, Object.fromEntries(sent), (name) => labels[name]!) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { input: {}, problem: error }
  }
}
