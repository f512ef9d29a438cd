import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { eraseSubscriber } from '../../flows/subscriber/erase-subscriber.ts'
import { mailManageLink } from '../../flows/subscriber/mail-manage-link.ts'
import { pauseSubscriber, resumeSubscriber } from '../../flows/subscriber/pause-subscriber.ts'
import { suppress, unsuppress } from '../../flows/subscriber/suppress-subscriber.ts'
import { unsubscribeByOperator } from '../../flows/subscriber/unsubscribe.ts'
import { findSubscriber } from '../../flows/subscriber/with-subscriber.ts'
import { parseDay } from '../../platform/dates.ts'
import { SUPPRESSION_REASONS } from '../../subscribers/suppression-store.ts'
import type { Deps } from '../../wiring.ts'
import { read } from '../request.ts'
import { line } from './fields.ts'

const fields = z.object({ do: line, until: line, reason: line })
export type VerbForm = z.output<typeof fields>

export const readVerbForm = (body: FastifyRequest['body']): VerbForm => read(fields, body)

interface Verb {
  /** As the command says it. */
  verb: string
  /** Said after it was done, unless `work` returns the name of another sentence. */
  said: string
  work(deps: Deps, id: string, form: VerbForm): Promise<unknown>
}

/** What the operator can do to one subscriber; the same flows as the commands. */
export const VERBS: Record<string, Verb> = {
  pause: {
    verb: 'subscribers pause',
    said: 'Paused: no digest goes out.',
    work: (deps, id, { until }) => pauseSubscriber(deps, { id, until: until ? parseDay(until) : null }),
  },
  resume: {
    verb: 'subscribers resume',
    said: 'Resumed: the next digest comes at their hour.',
    work: (deps, id) => resumeSubscriber(deps, { id }),
  },
  suppress: {
    verb: 'subscribers suppress',
    said: 'Suppressed: no mail of any kind goes to this address.',
    work: async (deps, id, form) => {
      const reason = SUPPRESSION_REASONS.find((one) => one === form.reason) ?? 'operator'
      return suppress(deps, { email: await addressOf(deps, id), reason })
    },
  },
  unsuppress: {
    verb: 'subscribers unsuppress',
    said: 'Not suppressed any more: they are what they were before.',
    work: async (deps, id) => unsuppress(deps, { email: await addressOf(deps, id) }),
  },
  'send-link': {
    verb: 'subscribers send-link',
    said: 'A mail with the link to their digests is on its way.',
    work: async (deps, id) => ((await mailManageLink(deps, { id })) ? undefined : 'link-held'),
  },
  unsubscribe: {
    verb: 'subscribers unsubscribe',
    said: 'Unsubscribed. Only they can subscribe again.',
    work: (deps, id) => unsubscribeByOperator(deps, { id }),
  },
  erase: {
    verb: 'subscribers erase',
    said: 'Erased: nothing here names them any more.',
    work: (deps, id) => eraseSubscriber(deps, { id }),
  },
}

/** What stands on top of the page afterwards. */
export const saidOf = (name: unknown): string | undefined =>
  name === 'link-held'
    ? 'No mail was added: two with this link were left within a day.'
    : Object.hasOwn(VERBS, String(name))
      ? VERBS[String(name)]!.said
      : undefined

/** What cannot be undone here has a page of its own, with what it does and a button. */
export const STEPS: Record<string, { title: string; button: string; what: string[] }> = {
  unsubscribe: {
    title: 'Unsubscribe them?',
    button: 'Unsubscribe them',
    what: [
      'Their subscription ends now, and nothing that waits for them goes out.',
      'No mail tells them. Only they can subscribe again: you cannot undo this for them.',
    ],
  },
  erase: {
    title: 'Erase them?',
    button: 'Erase them for good',
    what: [
      'Address, topics, settings and what their mails said are deleted now, and cannot be brought back.',
      'A number without an address stays, so that past books still balance. A suppressed address stays suppressed.',
    ],
  },
}

const addressOf = async ({ db }: Deps, id: string): Promise<string> =>
  (await findSubscriber(db, { id })).address
