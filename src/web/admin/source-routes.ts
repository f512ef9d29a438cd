import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { longDateWithoutYear } from '../../i18n/dates.ts'
import {
  rejectedPapersText,
  type SourceDayStatus,
  sourceFaultText,
  sourceStateText,
  sourceStatus,
} from '../../operator/source-status.ts'
import type { AdminSite } from './admin-pages.ts'

const DAYS = 14

/** The state of each source by day (UTC). */
export const adminSourceRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  app.get('/sources', async (_request, reply) => {
    const sources = await sourceStatus(deps, { days: DAYS })
    return send(reply, 'sources', {
      days: DAYS,
      sources: sources.map(({ days, ...source }) => ({
        ...source,
        state: sourceStateText(source),
        days: days.map((day) => ({
          ...day,
          state: sourceStateText(day),
          text: longDateWithoutYear(day.day),
          response: responseText(day),
        })),
      })),
    })
  })
}

const responseText = ({ lastFault, lastStatus, rejected }: SourceDayStatus): string | number =>
  lastFault ? sourceFaultText(lastFault, lastStatus) : rejectedPapersText(rejected) || (lastStatus ?? '')
