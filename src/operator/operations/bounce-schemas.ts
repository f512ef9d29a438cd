import { z } from 'zod'
import { BOUNCE_CLASSES, BOUNCE_EFFECTS, FOUND_BY } from '../../bounces/bounce.repo.ts'
import { CHANNELS } from '../../bounces/report.repo.ts'
import { instant } from './fields.ts'

export const returned = z
  .object({
    at: instant.describe('When the report arrived'),
    class: z.enum(BOUNCE_CLASSES),
    status: z.string().nullable().describe('5.1.1, or the three digits of a reply'),
    reply: z.string().describe('What the server said, without addresses'),
    domain: z.string().nullable().describe('Domain of the recipient'),
    channel: z.enum(CHANNELS).describe('Channel of the report'),
    foundBy: z.enum(FOUND_BY).nullable().describe('How the subscriber was found; null if they were not'),
    effect: z
      .enum(BOUNCE_EFFECTS)
      .describe(
        'dropped: the sign-up; elsewhere: no action, because it is about a mailbox that theirs forwards to',
      ),
    message: z.string().nullable(),
    subscriber: z.string().nullable(),
  })
  .meta({ id: 'Bounce' })
