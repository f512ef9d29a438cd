import { AsyncLocalStorage } from 'node:async_hooks'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import type { Deps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'
import { type Log, type LogLevel, logTo } from '../core/log.ts'

/** The log of a request: each line has its id. */
export function logOf({ metrics }: Deps, { log }: FastifyRequest): Log {
  const ofRequest = logTo(log as Logger)
  return metrics?.countingLog(ofRequest) ?? ofRequest
}

const current = new AsyncLocalStorage<Log>()

/** Dependencies whose log adds the id of the request that is being answered to its lines, however deep the call is. */
export function withRequestLog<T extends Deps>(deps: T): T {
  const at =
    (level: LogLevel): Log[LogLevel] =>
    (event, fields) =>
      (current.getStore() ?? deps.log)[level](event, fields)
  const log = { info: at('info'), warn: at('warn'), error: at('error'), logger: deps.log.logger }
  return { ...deps, log }
}

/** Reading a body may lose the context, so it is entered again afterwards. */
export function addRequestLog(app: FastifyInstance, deps: Deps): void {
  for (const hook of ['onRequest', 'preValidation'] as const)
    app.addHook(hook, (request: FastifyRequest, _reply: FastifyReply, done: () => void) =>
      current.run(logOf(deps, request), done),
    )
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

  override defaultErrorLog = (error: Error, request: FastifyRequest): void => this.#failed(error, request)

  override writeHeadError = (error: Error, request: FastifyRequest): void => this.#failed(error, request)

  override serializerError = (error: Error, request: FastifyRequest): void => this.#failed(error, request)

  override serviceUnavailable(): void {}

  #failed(error: Error, request: FastifyRequest): void {
    const { id: reference, routeOptions } = request
    const fields = { reference, route: routeOptions.url, code: 'unexpected', what: errorText(error) }
    logOf(this.#deps, request).error('request.failed', fields)
  }
}
