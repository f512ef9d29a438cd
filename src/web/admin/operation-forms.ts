import { z } from 'zod'
import type { ServiceDeps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { fieldOf, type Operation, readInput, unwrapped } from '../../operator/operations/operation.ts'
import { runOperation } from '../../operator/operations/run-operation.ts'
import { lineField } from './admin-site.ts'
import type { AdminActor } from './operator-rights.ts'

function adminOf({ name, admin }: Operation) {
  if (!admin) throw new Error(`${name} has no form`)
  return admin
}

export const verbOf = ({ name }: Operation): string => name.split(' ').at(-1)!

/** The fields of an operation that have labels, as a form draws them. */
export const formFields = ({ input }: Operation, labels: Record<string, string>) =>
  Object.entries(labels).map(([name, label]) => {
    const inner = unwrapped(fieldOf(input, name))
    return {
      name,
      label,
      /** Of a select; undefined for an input. */
      choices: inner instanceof z.ZodEnum ? inner.options.map(String) : undefined,
      value: String(fieldOf(input, name).safeParse(undefined).data ?? ''),
      type: inner instanceof z.ZodISODate ? 'date' : 'text',
      maxLength: inner instanceof z.ZodString ? inner.maxLength : null,
    }
  })

/** What templates/admin/parts/operation.eta draws. */
export const operationForm = (operation: Operation) => {
  const { button, labels = {}, confirm } = adminOf(operation)
  const fields = formFields(operation, labels)
  // The verb is the value of the field `do`, and the last part of the confirmation page's path.
  return { verb: verbOf(operation), button, fields, hasConfirmation: confirm !== undefined }
}

/** The operation that a form names in its field `do`. Throws page.not-found. */
export function operationNamed(operations: readonly Operation[], verb: string): Operation {
  const found = operations.find((one) => one.admin && verbOf(one) === verb)
  if (!found) throw new Fault('page.not-found')
  return found
}

/** The form of an operation: its verb, and the fields of the operation. */
export const operationBody = z.object({ do: lineField }).catchall(lineField).prefault({})

/** The sentence for `?done=` after the redirect. */
export function doneSentence(operations: readonly Operation[], done: unknown): string | undefined {
  const sentences = operations.flatMap((operation) => {
    const { done } = adminOf(operation)
    return typeof done === 'string' ? [[verbOf(operation), done] as const] : Object.entries(done)
  })
  return new Map(sentences).get(String(done))
}

/** Runs an operation from its form. Returns the value of `?done=`. Throws what the operation throws. */
export async function runAdminOperation(
  deps: ServiceDeps,
  operation: Operation,
  { actor, subject, typed }: { actor: AdminActor; subject?: object; typed: Record<string, string> },
): Promise<string> {
  const { labels = {}, outcome } = adminOf(operation)
  const names = Object.keys(labels)
  const values = names.flatMap((name) => (typed[name] ? [[name, typed[name]] as const] : []))
  const labelOf = (name: string) => labels[name] ?? name
  const call = {
    ...actor,
    input: { ...subject, ...readInput(operation.input, Object.fromEntries(values), labelOf) },
  }
  return runOperation(deps, operation, call, (_within, result) => outcome?.(result) ?? verbOf(operation))
}
