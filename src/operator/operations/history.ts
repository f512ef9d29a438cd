import { z } from 'zod'
import { recentActions } from '../../core/action.repo.ts'
import { DAY_MS } from '../../core/dates.ts'
import { COUNTED, cachedDailyFigures } from '../daily-figures.ts'
import { idNumber } from './cursor.ts'
import { count, countsOf, day, instant } from './fields.ts'
import { listOperation } from './list-operation.ts'
import { operation } from './operation.ts'

const tag = 'operation'

const action = z
  .object({
    id: z.int(),
    at: instant,
    via: z.enum(['admin', 'api', 'command']),
    verb: z.string().describe('As the command says it: subscribers pause'),
    subscriber: z.string().nullable(),
    detail: z.string(),
    by: z
      .string()
      .describe('The name of the operator who logged in; empty for the password, the API and commands'),
  })
  .meta({ id: 'Action' })

const listActions = listOperation({
  name: 'actions list',
  summary: 'operator log, newest first',
  rows: ({ db }, _filters, { after, max }) => recentActions(db, { limit: max, ...after }),
  json: ({ subscriberId, ...logged }) => ({ ...logged, subscriber: subscriberId || null }),
  api: {
    path: '/api/actions',
    operationId: 'listActions',
    tag,
    filters: {},
    item: action,
    list: 'actions',
    position: z.tuple([idNumber]),
    positionOf: ({ id }) => [id],
    after: ([before]) => ({ before }),
  },
})

const MAX_DAYS = 366

const days = z
  .strictObject({ from: day, to: day })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'a day that is not before from' })
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < MAX_DAYS * DAY_MS, {
    path: ['from'],
    error: `a day at most ${MAX_DAYS - 1} days before to`,
  })

const figures = z.object({
  items: z.array(
    z
      .object({
        day,
        subscribers: count.describe('Subscribers at the end of the day'),
        ...countsOf(COUNTED),
      })
      .meta({ id: 'DayFigures' }),
  ),
})

const listFigures = operation({
  name: 'figures list',
  summary: 'subscribers and emails by day (UTC), oldest first',
  effect: 'read',
  input: days,
  run: cachedDailyFigures,
  api: {
    path: '/api/figures',
    operationId: 'listFigures',
    tag,
    response: figures,
    body: (_deps, items) => ({ items }),
  },
})

export const HISTORY_OPERATIONS = [listActions, listFigures]
