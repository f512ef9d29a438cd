import type { FastifyInstance, FastifyReply } from 'fastify'
import { showDay, showNewestDay, showPaper } from '../flows/papers/show-papers.ts'
import { parseDay } from '../platform/dates.ts'
import { formView } from './form-view.ts'
import { dayView, paperPageView } from './paper-view.ts'
import type { Site } from './site.ts'

/** The newest day, any day, and a paper. */
export function addPaperRoutes(app: FastifyInstance, { deps, pages }: Site): void {
  app.get('/', async (_request, reply) => {
    const day = dayView(await showNewestDay(deps))
    return pages.send(keptShortly(reply), 'home', { day, form: formView(deps.config) })
  })

  app.get<{ Params: { date: string } }>('/papers/date/:date', async ({ params }, reply) => {
    const day = dayView(await showDay(deps, { day: parseDay(params.date) }))
    return pages.send(keptShortly(reply), 'day', { day })
  })

  // An identifier may hold a slash: hep-th/9901001, doi:10.1000/1.
  app.get<{ Params: { '*': string } }>('/papers/*', async ({ params }, reply) => {
    const paper = paperPageView(await showPaper(deps, { name: params['*'] }))
    return pages.send(keptShortly(reply), 'paper', { paper })
  })
}

const keptShortly = (reply: FastifyReply): FastifyReply => reply.header('cache-control', 'public, max-age=60')
