import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import {
  rejectedPapersText,
  type SourceDayStatus,
  sourceFaultText,
  sourceStatus,
} from '../../operator/source-status.ts'
import type { AdminSite } from './admin-site.ts'

const DAYS = 14

/** The state of each source by day (UTC). */
export const adminSourceRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  app.get('/sources', async (_request, reply) =>
    send(reply, 'sources', { days: DAYS, sources: await sourceStatus(deps, { days: DAYS }), responseText }),
  )
}

const responseText = ({ lastFault, lastStatus, rejected }: SourceDayStatus): string | number =>
  lastFault ? sourceFaultText(lastFault, lastStatus) : rejectedPapersText(rejected) || (lastStatus ?? '–')
