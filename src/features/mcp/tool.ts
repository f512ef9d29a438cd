import { z } from 'zod'
import type { Deps } from '../../core/deps.ts'
import { Fault, type FieldFault, FieldFaults, MAX_FAULTS, unknownFieldFaults } from '../../core/errors.ts'
import type { Searcher } from '../../search/for-visitor.ts'
import type { TokenHolder } from './agent-tokens.ts'

/** On whose behalf a tool runs. */
export interface Caller {
  deps: Deps
  /** What searches runs within forVisitor: it counts for the caller's network, or for their token. */
  searcher: Searcher
  /** Null without a token. */
  holder: TokenHolder | null
}

/** A tool that agents call. It only reads. Its result has the texts of papers as values, never among our own words. */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  name: string
  title: string
  /** For the model that chooses among tools. */
  description: string
  input: Input
  output: z.ZodObject
  run(caller: Caller, input: z.output<Input>): Promise<object>
}

/** A tool with its input checked. */
export interface CallableTool extends Omit<Tool, 'input' | 'output' | 'run'> {
  inputSchema: object
  outputSchema: object
  /** Throws FieldFaults for a wrong input, and what the tool throws. */
  call(caller: Caller, sent: unknown): Promise<object>
}

export const toolOf = <Input extends z.ZodObject>({
  input,
  output,
  run,
  ...about
}: Tool<Input>): CallableTool => ({
  ...about,
  inputSchema: z.toJSONSchema(input, { io: 'input' }),
  outputSchema: z.toJSONSchema(output),
  call: (caller, sent) => run(caller, readInput(input, sent)),
})

function readInput<Input extends z.ZodObject>(input: Input, sent: unknown): z.output<Input> {
  const read = input.safeParse(sent)
  if (read.success) return read.data
  const known = Object.keys(input.shape).join(', ') || 'none'
  const [first, ...others] = read.error.issues.slice(0, MAX_FAULTS).flatMap((issue) => faultsOf(issue, known))
  throw new FieldFaults([first!, ...others])
}

function faultsOf(issue: z.core.$ZodIssue, known: string): FieldFault[] {
  if (issue.code === 'unrecognized_keys') return unknownFieldFaults(issue.keys, known)
  const field = String(issue.path[0] ?? 'arguments')
  const takes = issue.path.length > 0 ? issue.message : `the fields as an object: ${known}`
  return [{ field, fault: new Fault('request.wrong-type', { field, takes }) }]
}
