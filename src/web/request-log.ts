import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import type { Deps } from '../core/deps.ts'
import { type Log, logTo } from '../core/log.ts'

/** The log of a request: each line has its id. */
export function logOf({ metrics }: Deps, { log }: FastifyRequest): Log {
  const ofRequest = logTo(log as Logger)
  return metrics?.countingLog(ofRequest) ?? ofRequest
}

/** Logs one line for each request, with the route's pattern: a URL may contain a token. */
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

  override serviceUnavailable(): void {}
}
