import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { findSubscriber } from '../../account/find-subscriber.ts'
import type { AddSubscriberResult } from '../../account/signup/add-subscriber.ts'
import type { Deps } from '../../core/deps.ts'
import { FieldFaults } from '../../core/errors.ts'
import { nudgeTransactional } from '../../mail/message.ts'
import { runOperation } from '../../operator/operations/operation.ts'
import { add } from '../../operator/operations/subscribers.ts'
import {
  type ImportInput,
  importSubscribers,
  isAllRefused,
} from '../../subscribers/import-export/import-subscribers.ts'
import { toFault } from '../errors.ts'
import { acceptFiles } from '../library-form.ts'
import { formOf, formText } from '../request.ts'
import { type AdminSite, lineField } from './admin-site.ts'

/** What adding would do, and what it did. */
const OUTCOMES = {
  confirmed: [
    'They would be subscribed at once, without a confirmation email.',
    'Added and confirmed. They get no confirmation email.',
  ],
  already: [
    'They are already subscribed. The topics would be added; nothing else would change.',
    'They were already subscribed. The topics were added; nothing else changed.',
  ],
  confirmation: [
    'They would get an email with a confirmation link, and nothing else before they confirm.',
    'Added. An email with a confirmation link is on its way.',
  ],
  'add-topics': [
    'They are already subscribed. They would get an email with a button that adds the topics.',
    'They were already subscribed. An email with a button that adds the topics is on its way.',
  ],
  'manage-link': [
    'They are already subscribed. They would get an email with the link to their settings.',
    'They were already subscribed. An email with the link to their settings is on its way.',
  ],
  suppressed: [
    'No email would be sent: the address is suppressed.',
    'No email was sent: the address is suppressed.',
  ],
  limit: [
    'No email would be sent: this address has reached the limit for unconfirmed sign-ups. If they agreed, say how.',
    'No email was sent: this address has reached the limit for unconfirmed sign-ups.',
  ],
} as const
type Outcome = keyof typeof OUTCOMES

function outcomeOf(added: AddSubscriberResult): Outcome {
  if (added.confirmed) return added.already ? 'already' : 'confirmed'
  if (added.held) return added.held === 'suppressed' ? 'suppressed' : 'limit'
  return added.mail === 'add-topics' || added.mail === 'manage-link' ? added.mail : 'confirmation'
}

/** The sentence for `?done=added-…`. */
export function addedSentence(done: unknown): string | undefined {
  const outcome = String(done).replace(/^added-/, '')
  return Object.hasOwn(OUTCOMES, outcome) ? OUTCOMES[outcome as Outcome][1] : undefined
}

const body = z.object({
  email: lineField,
  topic: formText.default(''),
  consent: lineField,
  do: lineField,
})

/** Adds one subscriber: the first button shows what would happen, the second does it. */
export const addRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  type Form = z.output<typeof body>
  const show = (reply: FastifyReply, form: Form, shown: object = {}, status = 200) =>
    send(reply, 'add', { form, wrong: [], ...shown }, status)

  app.get('/subscribers/add', async (_request, reply) => show(reply, body.parse({})))

  app.post('/subscribers/add', { schema: { body }, attachValidation: true }, async (request, reply) => {
    const form = formOf(body, request)
    const { email, topic, consent } = form
    const isDone = form.do === 'add'
    const call = {
      via: 'admin' as const,
      input: { email, topics: [topic], consent: consent || undefined },
      context: { dryRun: !isDone },
    }
    try {
      if (request.validationError) throw request.validationError
      const { id, added } = await runOperation(deps, add, call, async ({ db }, result) => ({
        id: (await findSubscriber(db, { email })).id,
        added: result as AddSubscriberResult,
      }))
      const outcome = outcomeOf(added)
      if (!isDone) return show(reply, form, { would: OUTCOMES[outcome][0] })
      return reply.redirect(`/admin/subscribers/${id}?done=added-${outcome}`, 303)
    } catch (error) {
      const fault = toFault(error, request)
      if (fault.status >= 500) throw error
      const wrong = fault instanceof FieldFaults ? fault.fields.map(({ field }) => field) : ['email']
      return show(reply, form, { problem: fault.message, wrong }, fault.status === 409 ? 409 : 422)
    }
  })
}

/** In characters; about 10,000 rows. The page contains the file, so that the second button has it. */
const MAX_LENGTH = 1_000_000
const TOO_LONG = `This file has more than ${MAX_LENGTH.toLocaleString('en')} characters. Import it with the command: subscribers import.`
const MAX_REFUSED_LENGTH = 100_000

const importBody = z.object({
  csv: formText.default(''),
  /** The text of the chosen file: see acceptFiles. */
  'csv-file': formText.default(''),
  consent: lineField,
  topics: lineField,
  ask: lineField,
  do: lineField,
})

/** Imports a CSV file: the first button shows what would happen, the second does it. */
export const importRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  acceptFiles(app)
  const show = (reply: FastifyReply, form: object, shown: object = {}, status = 200) =>
    send(reply, 'import', { form, result: null, ...shown }, status)

  app.get('/subscribers/import', async (_request, reply) => show(reply, importBody.parse({})))

  const options = { schema: { body: importBody }, attachValidation: true }
  app.post('/subscribers/import', options, async (request, reply) => {
    const { 'csv-file': file, ...form } = formOf(importBody, request)
    // Browsers send the lines of a textarea with CRLF.
    const csv = (file.trim() ? file : form.csv).replaceAll('\r\n', '\n')
    if (csv.length > MAX_LENGTH)
      return show(reply, { ...form, csv: file.trim() ? '' : csv }, { problem: TOO_LONG }, 422)
    const { consent, topics } = form
    const ask = form.ask !== ''
    const isDone = form.do === 'import'
    try {
      if (request.validationError) throw request.validationError
      const asked = { consent: consent || undefined, topics: topics || undefined, ask, dryRun: !isDone }
      const imported = await importText(deps, csv, asked)
      if (imported.result.asked > 0) await nudgeTransactional(deps)
      const allRefused = isAllRefused(imported.result)
      const kept = { ...form, csv: isDone && !allRefused ? '' : csv }
      return show(reply, kept, { ...imported, isDone, allRefused }, allRefused ? 422 : 200)
    } catch (error) {
      const fault = toFault(error, request)
      if (fault.status >= 500) throw error
      return show(reply, { ...form, csv }, { problem: fault.message }, 422)
    }
  })
}

/** Imports a text through a file, as the command does. Throws import.* and query.* */
async function importText(deps: Deps, csv: string, options: Omit<ImportInput, 'file' | 'via'>) {
  const folder = await mkdtemp(join(tmpdir(), 'import-'))
  try {
    const file = join(folder, 'subscribers.csv')
    await writeFile(file, csv, { mode: 0o600 })
    const result = await importSubscribers(deps, { ...options, file, via: 'admin' })
    const refused = result.refusedFile ? await readFile(result.refusedFile, 'utf8') : ''
    return { result, refused: refused.slice(0, MAX_REFUSED_LENGTH) }
  } finally {
    await rm(folder, { recursive: true })
  }
}
