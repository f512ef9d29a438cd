import { z } from 'zod'
import { MAX_FAULTS } from '../../../platform/field-faults.ts'

const fault = z
  .object({
    error: z.string().describe('A code that never changes its meaning'),
    message: z.string().describe('What is wrong, and what to do'),
    sentence: z.string().optional().describe('For the operator: what a person would read'),
    reference: z.string().optional().describe('How the log knows a fault of ours'),
    fields: z
      .array(z.object({ field: z.string(), error: z.string(), message: z.string() }))
      .max(MAX_FAULTS)
      .optional()
      .describe(`The fields that are wrong, up to ${MAX_FAULTS} of them`),
  })
  .meta({ id: 'Fault' })

const WHEN = {
  400: 'The request, or its cursor, cannot be read',
  401: 'The token is missing or wrong',
  403: 'Not open to everybody',
  404: 'There is none',
  409: 'The state forbids it',
  413: 'Too much was sent',
  415: 'Not JSON',
  422: 'A field is wrong: fields says which',
  429: 'Too many tries, or too many at once: see Retry-After',
  500: 'A fault of ours',
  503: 'The database is away, or too many search at once: see Retry-After',
}

export type FaultStatus = keyof typeof WHEN

const answer = (status: FaultStatus) => ({
  description: WHEN[status],
  content: { 'application/json': { schema: fault } },
})

/** How an operation may fail; 400, 500 and 503 come with every one. */
export const faults = (...statuses: FaultStatus[]) =>
  Object.fromEntries([400, 500, 503, ...statuses].map((status) => [status, answer(status as FaultStatus)]))

/** Those of an operation that takes a body. */
export const BODY_FAULTS: FaultStatus[] = [413, 415, 422]
