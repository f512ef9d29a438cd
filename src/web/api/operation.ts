import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Action } from '../../core/action.repo.ts'
import { withRollback } from '../../core/database/with-rollback.ts'
import type { Deps, ServiceDeps } from '../../core/deps.ts'
import { withAuditLog } from '../../operator/with-audit-log.ts'
import { BODY_FAULTS, type FaultStatus, faults } from './schemas/faults.ts'

/** Fastify with zod schemas for the requests and responses of each route. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

const SECURITY = { security: [{ token: [] }] }

/** The OpenAPI fields of a public operation. */
export const publicOperation = (tag: string, operationId: string, summary: string) => ({
  tags: [tag],
  operationId,
  summary,
})

/** The same for an operation that only the operator may call. */
export const operatorOperation = (tag: string, operationId: string, summary: string) => ({
  ...publicOperation(tag, operationId, summary),
  ...SECURITY,
})

/** The error responses of an operator's operation, including those for a missing token. */
export const operatorFaults = (...statuses: FaultStatus[]) => faults(401, 429, ...statuses)

/** The same for an operation with a body. */
export const changeFaults = (...statuses: FaultStatus[]) => operatorFaults(...BODY_FAULTS, ...statuses)

interface Change extends Pick<Action, 'verb' | 'subscriberId' | 'detail'> {
  dryRun: boolean
  /** The address of the subscriber, if they may not exist yet. */
  email?: string
}

/** Runs a change and logs it as an action, or (dry run) rolls it back. */
export const runApiChange = <T>(
  deps: ServiceDeps,
  { dryRun, ...action }: Change,
  work: (deps: Deps) => Promise<T>,
): Promise<T> => (dryRun ? withRollback(deps, work) : withAuditLog(deps, { door: 'api', ...action }, work))

export const iso = (instant: Date | null): string | null => instant?.toISOString() ?? null
