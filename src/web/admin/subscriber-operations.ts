import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { mailManageLink } from '../../account/account-link.ts'
import { pauseSubscriber, resumeSubscriber } from '../../account/change-by-operator.ts'
import { eraseSubscriber } from '../../account/erase-subscriber.ts'
import { findSubscriber } from '../../account/find-subscriber.ts'
import { unsubscribeByOperator } from '../../account/unsubscribe.ts'
import { parseDay } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { suppress, unsuppress } from '../../subscribers/suppress-subscriber.ts'
import { SUPPRESSION_REASONS } from '../../subscribers/suppression.repo.ts'
import { readFields } from '../request.ts'
import { lineField } from './line-field.ts'

const fields = z.object({ do: lineField, until: lineField, reason: lineField })
export type OperationForm = z.output<typeof fields>

export const readOperationForm = (body: FastifyRequest['body']): OperationForm => readFields(fields, body)

interface Operation {
  /** The name of the command that does the same. */
  verb: string
  /** The sentence shown afterwards, unless `work` returns the name of another one. */
  said: string
  work(deps: Deps, id: string, form: OperationForm): Promise<unknown>
}

/** What the operator can do to one subscriber; the commands call the same functions. */
export const SUBSCRIBER_OPERATIONS: Record<string, Operation> = {
  pause: {
    verb: 'subscribers pause',
    said: 'Paused. They won’t get digests.',
    work: (deps, id, { until }) => pauseSubscriber(deps, { id, until: until ? parseDay(until) : null }),
  },
  resume: {
    verb: 'subscribers resume',
    said: 'Resumed. They get the next digest at their usual hour.',
    work: (deps, id) => resumeSubscriber(deps, { id }),
  },
  suppress: {
    verb: 'subscribers suppress',
    said: 'Suppressed. We won’t email this address.',
    work: async (deps, id, form) => {
      const reason = SUPPRESSION_REASONS.find((one) => one === form.reason) ?? 'operator'
      return suppress(deps, { email: await addressOf(deps, id), reason })
    },
  },
  unsuppress: {
    verb: 'subscribers unsuppress',
    said: 'Suppression removed. Their earlier state is restored.',
    work: async (deps, id) => unsuppress(deps, { email: await addressOf(deps, id) }),
  },
  'send-link': {
    verb: 'subscribers send-link',
    said: 'An email with the link to their digests is on its way.',
    work: async (deps, id) => ((await mailManageLink(deps, { id })) ? undefined : 'link-held'),
  },
  unsubscribe: {
    verb: 'subscribers unsubscribe',
    said: 'Unsubscribed. Only they can resubscribe.',
    work: (deps, id) => unsubscribeByOperator(deps, { id }),
  },
  erase: {
    verb: 'subscribers erase',
    said: 'Erased. Nothing here identifies them any more.',
    work: (deps, id) => eraseSubscriber(deps, { id }),
  },
}

/** The sentence at the top of the page afterwards. */
export const operationDoneText = (name: unknown): string | undefined =>
  name === 'link-held'
    ? 'No email was queued: the limit is two of these within a day.'
    : Object.hasOwn(SUBSCRIBER_OPERATIONS, String(name))
      ? SUBSCRIBER_OPERATIONS[String(name)]!.said
      : undefined

/** Operations that cannot be undone have their own page with an explanation and a button. */
export const CONFIRMATION_PAGES: Record<string, { title: string; button: string; what: string[] }> = {
  unsubscribe: {
    title: 'Unsubscribe this subscriber?',
    button: 'Unsubscribe',
    what: [
      'This ends their subscription now. Emails waiting for them won’t be sent.',
      'They aren’t told by email. Only they can resubscribe: you can’t undo this for them.',
    ],
  },
  erase: {
    title: 'Erase this subscriber?',
    button: 'Erase permanently',
    what: [
      'This deletes their address, topics, settings and the contents of their emails. It can’t be undone.',
      'A number without an address stays, so that past totals remain correct. A suppressed address stays suppressed.',
    ],
  },
}

const addressOf = async ({ db }: Deps, id: string): Promise<string> =>
  (await findSubscriber(db, { id })).address
