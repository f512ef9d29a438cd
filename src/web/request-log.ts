import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import type { Deps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'
import { type Log, logTo } from '../core/log.ts'

/** The log of a request: each line has its id. */
export function logOf({ metrics }: Deps, { log }: FastifyRequest): Log {
  const ofRequest = logTo(log as Logger)
  return metrics?.countingLog(ofRequest) ?? ofRequest
}

/**
 * Logs one line for each request, with the route's pattern: a URL may contain a token; and what failed after our own
 * error handlers.
 */
export class RequestLog extends LogController {
  readonly #deps: Deps

  constructor(deps: Deps) {
    super({ disableRequestLogging: true })
    this.#deps = deps
  }

  override requestCompleted(_error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    logOf(this.#deps, request).info('request.done', {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    })
  }

  override defaultErrorLog(error: Error, request: FastifyRequest): void {
    this.#failed(error, request)
  }

  override writeHeadError(error: Error, request: FastifyRequest): void {
    this.#failed(error, request)
  }

  override serializerError(error: Error, request: FastifyRequest): void {
    this.#failed(error, request)
  }

  override serviceUnavailable(): void {}

  #failed(error: Error, request: FastifyRequest): void {
    const { id: reference, routeOptions } = request
    const fields = { reference, route: routeOptions.url, code: 'unexpected', what: errorText(error) }
    logOf(this.#deps, request).error('request.failed', fields)
  }
}
