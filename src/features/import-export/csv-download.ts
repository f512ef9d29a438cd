import type { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { csvLine } from '../../core/csv.ts'

export const sendCsv = (reply: FastifyReply, name: string, content: string | Readable): FastifyReply =>
  reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(content)

/** A file to start from, in our own format: someone with topics and a schedule, and someone who has not confirmed. */
export const SAMPLE: string = [
  ['email', 'state', 'topics', 'hour', 'zone', 'days', 'confirmed_at', 'confirmed_how'],
  [
    'ada@example.com',
    'active',
    '"linear attention"; author:"Albert Gu"',
    '8',
    'Europe/Paris',
    'mon,tue,wed,thu,fri',
    '2026-01-15T09:00:00Z',
    'form on our website',
  ],
  ['grace@example.com', 'pending', '', '', '', '', '', ''],
]
  .map((cells) => csvLine(cells))
  .join('')
