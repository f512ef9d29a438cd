import { z } from 'zod'
import type { Deps } from '../../core/deps.ts'
import { type CursorValues, readCursor, writeCursor } from './cursor.ts'
import { listOf, page, wholeNumber } from './fields.ts'
import { type CommandChannel, type Operation, operation } from './operation.ts'

/** What a list continues after, and how many rows are wanted. */
export interface Page<After> {
  after?: After
  max: number
}

interface ListDefinition<
  S extends z.ZodRawShape,
  A extends z.ZodRawShape,
  C extends z.ZodType,
  After extends object,
  Row,
  Item extends z.ZodObject,
> {
  name: string
  summary: string
  command?: CommandChannel<(keyof S & string) | 'limit'> & {
    filters: S
    /** How many rows a command shows. */
    max: number
    output(rows: Row[], max: number): string
  }
  api: {
    path: string
    operationId: string
    tag?: string
    summary?: string
    filters: A
    item: Item
    /** Identifies the list in a cursor. */
    list: string
    /** The values that a cursor holds: the position of a row. */
    position: C
    positionOf(row: Row): CursorValues
    after(position: z.output<C>): After
  }
  rows(
    deps: Deps,
    filters: Partial<z.output<z.ZodObject<S>> & z.output<z.ZodObject<A>>>,
    page: Page<After>,
  ): Promise<Row[]>
  json(row: Row): z.input<Item>
}

/** A list, newest first: a command shows its first rows, the API gives it page by page. */
export function listOperation<
  A extends z.ZodRawShape,
  C extends z.ZodType,
  After extends object,
  Row,
  Item extends z.ZodObject,
  S extends z.ZodRawShape = Record<never, never>,
>({ name, summary, command, api, rows, json }: ListDefinition<S, A, C, After, Row, Item>): Operation {
  const { filters, item, list, position, positionOf, after, ...route } = api
  return operation({
    name,
    summary,
    effect: 'read',
    input: z.object({ ...command?.filters, limit: wholeNumber(command?.max ?? 1).optional() }),
    run: async (
      deps,
      { limit = command?.max ?? 1, cursor, ...chosen }: { limit?: number; cursor?: string },
    ) => {
      const here = { name: list, filters: chosen, values: position }
      const found = await rows(deps, chosen as object, {
        after: cursor === undefined ? undefined : after(readCursor(here, cursor)),
        max: limit + 1,
      })
      const shown = found.slice(0, limit)
      return {
        limit,
        shown,
        next: found.length > limit ? writeCursor(here, positionOf(shown.at(-1)!)) : null,
      }
    },
    output: ({ shown, limit }) => ({ json: shown.map(json), text: command?.output(shown, limit) ?? '' }),
    command,
    api: {
      ...route,
      input: z.strictObject({ ...filters, ...page }),
      response: listOf(item),
      body: (_deps, { shown, next }) => ({ items: shown.map(json), next }),
    },
  })
}
