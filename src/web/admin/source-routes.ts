import type { FastifyInstance } from 'fastify'
import { fullDate } from '../../i18n/dates.ts'
import { type SourceDayStatus, sourceStatus } from '../../operator/source-status.ts'
import { faultText, rejectedText, stateText } from '../../operator/source-words.ts'
import type { AdminSite } from './admin-site.ts'

const DAYS = 14

/** Where papers come from, by day (UTC). */
export function addSourceRoutes(app: FastifyInstance, { deps, send }: AdminSite): void {
  app.get('/sources', async (_request, reply) => {
    const sources = await sourceStatus(deps, { days: DAYS })
    return send(reply, 'sources', {
      days: DAYS,
      sources: sources.map(({ days, ...source }) => ({
        ...source,
        state: stateText(source),
        days: days.map((day) => ({
          ...day,
          state: stateText(day),
          text: fullDate(day.day),
          answer: answerText(day),
        })),
      })),
    })
  })
}

const answerText = ({ lastFault, lastStatus, rejected }: SourceDayStatus): string | number =>
  lastFault ? faultText(lastFault, lastStatus) : rejectedText(rejected) || (lastStatus ?? '')
