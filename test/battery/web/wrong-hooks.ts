// What a wrong variant does to a site from outside, where the site itself is as it should be.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ServiceDeps } from '../../../src/core/deps.ts'
import type { Prisma } from '../../../src/generated/prisma/client.ts'
import type { Wrong } from './world.ts'

const isAt = (name: string, { method, routeOptions }: FastifyRequest): boolean =>
  `${method} ${routeOptions.url}` === name

export const tokenOf = ({ params }: FastifyRequest): string => (params as { token: string }).token
export const field = (from: unknown, name: string): string | undefined =>
  (from as Record<string, string>)?.[name]

/** What happens before a route answers. */
export const before =
  (name: string, act: (deps: ServiceDeps, request: FastifyRequest) => Promise<unknown>): Wrong['hook'] =>
  (app, deps) =>
    void app.addHook('preHandler', async (request) => {
      if (isAt(name, request)) await act(deps, request)
    })

/** What becomes of an answer: what is returned is its body. */
export const answering =
  (
    name: string,
    change: (body: string, reply: FastifyReply, request: FastifyRequest) => string,
  ): Wrong['hook'] =>
  (app) =>
    void app.addHook('onSend', async (request, reply, body) =>
      isAt(name, request) ? change(String(body ?? ''), reply, request) : body,
    )

/** A redirect leads to what the request says, where there is a redirect and the request says so. */
export const leadingTo =
  (name: string, where: (request: FastifyRequest, location: string) => string | undefined): Wrong['hook'] =>
  (app, deps) => {
    // A schema leaves out the fields that its route does not have.
    const sent = new WeakMap<FastifyRequest, unknown>()
    app.addHook('preValidation', async (request) => void sent.set(request, request.body))
    const change = answering(name, (body, reply, request) => {
      const location = reply.getHeader('location')
      const asked = Object.create(request, { body: { value: sent.get(request) } })
      const other = location === undefined ? undefined : where(asked, String(location))
      if (other) reply.header('location', other)
      return body
    })
    return change?.(app, deps)
  }

/** Text that was escaped is markup, between two ends. */
export const unescaped = (html: string, begin: string, end: string): string =>
  html.replaceAll(new RegExp(`(${begin})(.*?)(?=${end})`, 'gs'), (_, first: string, text: string) =>
    [first, text.replaceAll('&lt;', '<').replaceAll('&gt;', '>')].join(''),
  )

/** What happens before any form that takes an address is answered. */
export const beforeEmails =
  (act: (deps: ServiceDeps, email: string) => Promise<unknown>): Wrong['hook'] =>
  (app, deps) =>
    void app.addHook('preHandler', async ({ method, body }) => {
      const email = field(body, 'email')
      if (method === 'POST' && email) await act(deps, email)
    })

/** The limits of one spelling are put aside while another one is typed. */
export function eachSpellingApart(): Wrong['hook'] {
  const aside = new Map<string, Prisma.EmailLimitCreateManyInput[]>()
  let last = ''
  return beforeEmails(async ({ db }, email) => {
    aside.set(last, await db.emailLimit.findMany())
    await db.emailLimit.deleteMany()
    await db.emailLimit.createMany({ data: aside.get(email) ?? [] })
    last = email
  })
}
