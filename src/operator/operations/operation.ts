import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import type { SubscriberRef } from '../../account/find-subscriber.ts'
import type { ShownSubscriber } from '../../account/show-subscriber.ts'
import type { Environment } from '../../config/config.ts'
import { parseDay } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import type { Feature } from '../../core/feature.ts'
import type { Nudge } from '../../core/queue.ts'

export interface CommandOutput {
  text: string
  /** Default: the result of the operation. */
  json?: unknown
  exitCode?: number
  /** `json` is a list; print each value on a line of its own. */
  isJsonLines?: boolean
  /** The operation has already printed its output, because it is too large for one string. */
  isAlreadyPrinted?: boolean
}

/** The first line of a dry run's text. */
export const DRY_RUN = 'Dry run, nothing was changed. The output would be:'

export interface OperationContext {
  dryRun: boolean
  wantsJson: boolean
  stdout: OutputStream
}

/** A terminal, or another stream. */
export type OutputStream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number }
export type InputStream = NodeJS.ReadableStream & { isTTY?: boolean }

/** An operation on one subscriber or message: `run` gets it next to the fields of `input`. */
type Subject = 'subscriber' | 'message'
type SubjectInput<J> = J extends 'subscriber'
  ? { who: SubscriberRef }
  : J extends 'message'
    ? { id: string }
    : object
type Input<S extends z.ZodRawShape, J> = z.output<z.ZodObject<S>> & SubjectInput<J>

/** The command: `daily-papers <name>`. Fields of `input` that are not named here cannot be given. */
export interface CommandChannel<Field extends string = string, I = object> {
  /** Positional, in this order: `['<file>', 'a file of papers']`. After the subject, if there is one. */
  arguments?: { [field in Field]?: readonly [usage: string, help?: string] }
  /** `['--until <date>', 'the date on which they resume']` */
  options?: { [field in Field]?: readonly [flags: string, help: string] }
  dryRun?: string
  /**
   * Replaces file names in the input by what the files hold, before a transaction begins: such a field is a name when it
   * is typed, and the text when it is run.
   */
  readFiles?(input: I): Promise<Partial<I>>
}

/** The response without `dryRun`, which is added to changes. */
type ResponseBody<P> = P extends z.ZodType ? Omit<z.input<P>, 'dryRun'> : never

/** The route of the operator's API. The subject is `:id` in the path. */
export interface ApiChannel<I = object, R = unknown, P extends z.ZodType = z.ZodType> {
  /** Default: GET for a read, POST for a change. */
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  operationId: string
  /** Default: the noun of the operation. */
  tag?: string
  /** Default: the summary of the operation. */
  summary?: string
  /** The query (GET) or body, if it is not `input`. */
  input?: z.ZodObject
  /** The body of a response; for changes, `dryRun` is added. */
  response: P
  /** Statuses of success other than 200. */
  statuses?: readonly number[]
  /** Statuses of errors beyond those of every operation, of a subject (404) and of a query (422). */
  faults?: readonly (404 | 409 | 422)[]
  /** Turns what `input` of the channel accepted into the input of `run`. */
  read?(fields: Record<string, unknown>): object
  /** The response, read in the transaction of the change. Default: the JSON of `output`. */
  body?(deps: Deps, result: R, input: I): ResponseBody<P> | Promise<ResponseBody<P>>
  /** Default 200. */
  status?(body: object): number
}

interface AdminChannel<R = unknown> {
  button: string
  /** Whether a subscriber's page offers it; default: always. */
  when?(shown: Pick<ShownSubscriber, 'subscriber' | 'suppression'>): boolean
  /** Labels of the fields of `input` that the form has. */
  labels?: Record<string, string>
  /** Shown on the page afterwards: one sentence, or one for each outcome. */
  done: string | Record<string, string>
  outcome?(result: R): string
  /** An operation that cannot be undone has its own page with an explanation. */
  confirm?: { title: string; button: string; lines: string[] }
}

/** A part of a subscriber's page: a form with fields of `input`, and what the operation finds for them. */
interface PageSection<R = unknown> {
  heading: string
  button: string
  /** Labels of the fields of `input` that the form has. Dates are not after today. */
  labels: Record<string, string>
  show(result: R): SectionContent
}

interface SectionContent {
  /** What the operation took for fields that were not sent. */
  values: Record<string, string>
  heading: string
  summary: string
  timeline: readonly { at: Date | null; text: string }[]
}

/**
 * Methods, not properties: TypeScript lets a method that takes a particular input stand for one that takes any, so that
 * the definitions can be typed and their callers need no cast. What calls them has parsed `input`.
 */
interface Definition<Fields extends object, I, R, P extends z.ZodType> {
  /** Noun and verb: "subscribers pause". Names the command and the row in the operator's log. */
  name: string
  /** For --help; the API's summary is the same, as a sentence. */
  summary: string
  /** A change runs in one transaction, is logged, and takes --dry-run, which rolls it back. */
  effect: 'read' | 'change'
  /** This change has its own transactions: `run` handles dry runs, and decides what the operator's log says. */
  ownTransactions?: boolean
  /** Other commands need a migrated database. */
  beforeMigration?: boolean
  subject?: Subject
  command?: CommandChannel<keyof Fields & string, Fields>
  api?: ApiChannel<I, R, P>
  admin?: AdminChannel<R>
  /** Of a read whose subject is a subscriber. */
  section?: PageSection<R>
  run(deps: Deps, input: I, context: OperationContext): Promise<R>
  output?(result: R, input: I, deps: Deps, context: OperationContext): CommandOutput
  /** Whom it is about, for the operator's log, if its subject is no subscriber. */
  subscriberOf?(deps: Deps, input: I): Promise<string>
  /** Wakes the workers for what it left them to do. */
  nudges?(result: R): readonly Nudge[]
}

/** What an operator can do, defined once: commands, API routes and admin forms are made from it. */
export type Operation<R = unknown> = Definition<Record<string, unknown>, object, R, z.ZodType> & {
  input: z.ZodObject
}

/** Without `input`, an operation takes no fields. */
export const operation = <
  J extends Subject | undefined,
  R,
  S extends z.ZodRawShape = Record<never, never>,
  P extends z.ZodType = z.ZodType,
>(
  definition: Definition<z.output<z.ZodObject<S>>, Input<S, J>, R, P> & {
    subject?: J
    input?: z.ZodObject<S>
  },
): Operation<R> => ({ input: z.object({}), ...definition })

/** What a command without Deps gets. */
export interface CommandContext {
  environment: Environment
  features: readonly Feature[]
  /** Only a command whose channel describes `dryRun` can be asked for it. */
  dryRun: boolean
  terminal: { stdin: InputStream; stdout: OutputStream }
  /** Runs another command, such as `['db', 'migrate']`, with the settings as they are then. Returns its exit code. */
  run(args: readonly string[]): Promise<number>
}

/** A command that must work when nothing else does: without Deps, and with settings that may be invalid. */
interface DefinitionWithoutDeps<Fields extends object> {
  name: string
  summary: string
  command: CommandChannel<keyof Fields & string, Fields>
  runWithoutDeps(context: CommandContext, input: Fields): Promise<CommandOutput>
}

export type CommandWithoutDeps = DefinitionWithoutDeps<Record<string, unknown>> & { input: z.ZodObject }

export const commandWithoutDeps = <S extends z.ZodRawShape>(
  definition: DefinitionWithoutDeps<z.output<z.ZodObject<S>>> & { input: z.ZodObject<S> },
): CommandWithoutDeps => definition

/**
 * Reads the input of an operation from what a person typed: text, several texts, or true for a flag. `usageOf` names a
 * field in the message. Throws usage.wrong, date.invalid.
 */
export function readInput<I extends z.ZodObject>(
  input: I,
  typed: Record<string, unknown>,
  usageOf: (field: string) => string,
): z.output<I> {
  const given = Object.entries(typed).filter(([, value]) => value !== undefined)
  const values = Object.fromEntries(
    given.map(([field, value]) => [field, textAs(unwrapped(fieldOf(input, field)), value)]),
  )
  const parsed = input.safeParse(values)
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues as [z.core.$ZodIssue]
  const field = String(path[0])
  throw new Fault('usage.wrong', { what: `${usageOf(field)} "${typed[field] ?? ''}": use ${message}` })
}

export const fieldOf = (input: z.ZodObject, field: string): z.ZodType => input.shape[field] as z.ZodType

/** Days are checked as everywhere, and numbers have digits only; all else is left to the schema. */
function textAs(schema: z.ZodType, typed: unknown): unknown {
  if (schema instanceof z.ZodISODate) return parseDay(String(typed))
  if (schema instanceof z.ZodNumber) return /^\d{1,9}$/.test(String(typed)) ? Number(typed) : Number.NaN
  return typed
}

/** The schema without `optional` and `default`. */
export function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema
}

/** The bytes of a file, or of the standard input for "-". Stops reading soon after `maxBytes`. */
export async function readIn(file: string, maxBytes = Infinity): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of file === '-' ? process.stdin : createReadStream(file)) {
    pieces.push(piece)
    size += piece.length
    if (size > maxBytes) break
  }
  return Buffer.concat(pieces)
}

/** Writes the file of `--out`. Throws usage.wrong. */
export async function writeOut(file: string, data: string | Buffer): Promise<void> {
  await writeFile(file, data).catch(({ code }) => {
    throw new Fault('usage.wrong', { what: `--out "${file}": cannot be written (${code})` })
  })
}
