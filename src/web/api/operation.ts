import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Action } from '../../core/action.repo.ts'
import { withRollback } from '../../core/database/with-rollback.ts'
import type { Deps, ServiceDeps } from '../../core/deps.ts'
import { withAuditLog } from '../../operator/with-audit-log.ts'
import { BODY_FAULTS, type FaultStatus, faults } from './schemas/faults.ts'

/** Fastify whose requests and answers are read by the zod schemas of each route. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

const SECURITY = { security: [{ token: [] }] }

/** What the document says of an operation for everybody. */
export const publicOperation = (tag: string, operationId: string, summary: string) => ({
  tags: [tag],
  operationId,
  summary,
})

/** The same for the operator alone. */
export const operatorOperation = (tag: string, operationId: string, summary: string) => ({
  ...publicOperation(tag, operationId, summary),
  ...SECURITY,
})

/** How an operator's operation may fail, besides for want of the token. */
export const operatorFaults = (...statuses: FaultStatus[]) => faults(401, 429, ...statuses)

/** The same where it takes a body. */
export const changeFaults = (...statuses: FaultStatus[]) => operatorFaults(...BODY_FAULTS, ...statuses)

interface Change extends Pick<Action, 'verb' | 'subscriberId' | 'detail'> {
  dryRun: boolean
  /** Whom it is done to, where that is somebody who may be new. */
  email?: string
}

/** Works for good and writes down that it was done, or tries it and takes it back. */
export const runApiChange = <T>(
  deps: ServiceDeps,
  { dryRun, ...doing }: Change,
  work: (deps: Deps) => Promise<T>,
): Promise<T> => (dryRun ? withRollback(deps, work) : withAuditLog(deps, { door: 'api', ...doing }, work))

export const iso = (instant: Date | null): string | null => instant?.toISOString() ?? null
